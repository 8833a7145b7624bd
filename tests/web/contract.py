# SPDX-License-Identifier: Apache-2.0
"""openapi.yaml as the tests need it: operations, who may, and the schemas of answers."""

import os
import re
from dataclasses import dataclass

import jsonschema
import yaml

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "dock", "web", "api", "openapi.yaml")


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    name: str
    roles: frozenset
    spec: dict

    @property
    def changes(self):
        return self.method != "GET"

    @property
    def bytes(self):
        """Whether its body is bytes and no JSON."""
        return "application/octet-stream" in self.spec.get("requestBody", {}).get("content", {})


class Contract:
    def __init__(self):
        with open(FILE, encoding="utf-8") as file:
            self.spec = yaml.safe_load(file)
        self.operations = [
            Operation(method.upper(), path, spec["operationId"], frozenset(spec["x-roles"]), spec)
            for path, item in self.spec["paths"].items() for method, spec in item.items()]

    def at(self, method, path):
        """The operation that a request asks for."""
        bare = path.split("?")[0]
        return next(operation for operation in self.operations
                    if operation.method == method and re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", operation.path), bare))

    def of(self, name):
        return next(operation for operation in self.operations if operation.name == name)

    def resolve(self, node):
        while "$ref" in node:
            target = self.spec
            for part in node["$ref"][2:].split("/"):
                target = target[part]
            node = target
        return node

    def check(self, schema, value):
        """Raises unless the value is of the schema."""
        whole = {**schema, "components": self.spec["components"]}
        jsonschema.Draft202012Validator(whole).validate(value)

    def check_named(self, name, value):
        self.check({"$ref": f"#/components/schemas/{name}"}, value)

    def check_request(self, operation, body):
        """Raises unless the body is what the contract asks for."""
        if "requestBody" in operation.spec:
            self.check(operation.spec["requestBody"]["content"]["application/json"]["schema"], body)

    def check_answer(self, operation, answer):
        """Raises unless status, media type and body are what the contract promises."""
        responses = operation.spec["responses"]
        promised = self.resolve(responses.get(str(answer.status)) or responses["default"])
        if str(answer.status) not in responses and answer.status < 400:
            raise AssertionError(f"{operation.name}: {answer.status} is no answer of the contract")
        content = promised.get("content")
        if content is None:
            if answer.body:
                raise AssertionError(f"{operation.name}: {answer.status} has a body")
            return
        kind, media = next(iter(content.items()))
        if kind not in ("*/*", answer.headers["Content-Type"].split(";")[0]):
            raise AssertionError(f"{operation.name}: {answer.status} is {answer.headers['Content-Type']}")
        if kind == "application/json":
            self.check(media["schema"], answer.json)
