"""Judges registries by the JSON Schemas of their format. usage: check.py SCHEMAS FOLDER..."""

import json
import pathlib
import sys

import jsonschema
import yaml

MANIFEST = "manifest.yaml"


def validator(path):
    schema = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def place(error):
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    return "".join(steps).lstrip(".") or "the file"


def problems(folder, manifest, definition):
    files = sorted(folder.glob("*.yaml"))
    if folder / MANIFEST not in files:
        yield f"{folder}: there is no {MANIFEST}"
    for file in files:
        judge = manifest if file.name == MANIFEST else definition
        for error in judge.iter_errors(yaml.safe_load(file.read_text())):
            yield f"{file}: {place(error)}: {error.message}"


def main(schemas, *folders):
    schemas = pathlib.Path(schemas)
    manifest = validator(schemas / "definition-manifest.v2.json")
    definition = validator(schemas / "semconv.schema.v2.json")
    found = []
    for folder in map(pathlib.Path, folders):
        found.extend(problems(folder, manifest, definition))
        print(f"{folder}: {len(list(folder.glob('*.yaml')))} files")
    print("\n".join(found) or "no complaints")
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
