// SPDX-License-Identifier: GPL-2.0-or-later
// An OpenAPI version 2 document as protocol buffers, the only form that kubectl requests. The field numbers are those
// of the published message openapi.v2.Document.
'use strict';

function varint(value) {
    const bytes = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    do {
        const low = Number(rest & 0x7fn);
        rest >>= 7n;
        bytes.push(rest ? low | 0x80 : low);
    } while (rest);
    return Buffer.from(bytes);
}

const bytes = (number, value) => Buffer.concat([varint((number << 3) | 2), varint(value.length), value]);
const text = (number, value) => (value === undefined ? Buffer.alloc(0) : bytes(number, Buffer.from(String(value))));
const integer = (number, value) => (value ? Buffer.concat([varint(number << 3), varint(Number(value))]) : Buffer.alloc(0));

function double(number, value) {
    if (!value) return Buffer.alloc(0);
    const eight = Buffer.alloc(8);
    eight.writeDoubleLE(value);
    return Buffer.concat([varint((number << 3) | 1), eight]);
}

const message = (...fields) => Buffer.concat(fields.flat());
const any = (value) => text(2, JSON.stringify(value));
const named = (name, value) => message(text(1, name), bytes(2, value));

function extensions(number, object) {
    return Object.entries(object).filter(([key]) => key.startsWith('x-'))
        .map(([key, value]) => bytes(number, named(key, any(value))));
}

function schema(value) {
    const optional = (number, part, encode) => (part === undefined ? [] : [bytes(number, encode(part))]);
    return message(
        text(1, value.$ref), text(2, value.format), text(3, value.title), text(4, value.description),
        optional(5, value.default, any),
        double(7, value.maximum), integer(8, value.exclusiveMaximum), double(9, value.minimum),
        integer(10, value.exclusiveMinimum), integer(11, value.maxLength), integer(12, value.minLength),
        text(13, value.pattern), integer(14, value.maxItems), integer(15, value.minItems),
        integer(17, value.maxProperties), integer(18, value.minProperties),
        (value.required || []).map((each) => text(19, each)),
        (value.enum || []).map((each) => bytes(20, any(each))),
        optional(21, value.additionalProperties, (each) => bytes(1, schema(each))),
        optional(22, value.type, (each) => text(1, each)),
        optional(23, value.items, (each) => bytes(1, schema(each))),
        optional(25, value.properties, namedSchemas),
        extensions(31, value),
    );
}

function namedSchemas(schemas) {
    return message(Object.entries(schemas).map(([name, each]) => bytes(1, named(name, schema(each)))));
}

function parameter({ name, type, in: place }) {
    const query = message(text(2, place), text(4, name), text(6, type));
    return bytes(1, bytes(2, bytes(3, query)));
}

function operation(value) {
    const responses = Object.entries(value.responses).map(([code, { description }]) =>
        bytes(1, named(code, bytes(1, text(1, description)))));
    return message(text(5, value.operationId), value.parameters.map((each) => bytes(8, parameter(each))),
        bytes(9, message(responses)), extensions(13, value));
}

const methods = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(value) {
    return message(Object.entries(value).map(([method, each]) => bytes(methods[method], operation(each))));
}

function encode(document) {
    return message(
        text(1, document.swagger),
        bytes(2, message(text(1, document.info.title), text(2, document.info.version))),
        bytes(8, message(Object.entries(document.paths).map(([path, each]) => bytes(2, named(path, pathItem(each)))))),
        bytes(9, namedSchemas(document.definitions)),
    );
}

module.exports = { encode };
