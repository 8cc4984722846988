use telemetry::AttributeValue;

#[derive(AttributeValue)]
enum Never {}

#[derive(AttributeValue)]
enum Generic<T> {
    Value(T),
}

#[derive(AttributeValue)]
enum Empty {
    #[attribute(value = "")]
    Nothing,
}

#[derive(AttributeValue)]
struct NoEnum;

fn main() {}
