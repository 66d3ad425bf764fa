// SPDX-License-Identifier: GPL-2.0-or-later
// A structural schema accepts, refuses and completes values as the Kubernetes API server does, and reports each mistake
// in one sentence.
#include <QCborArray>
#include <QCborMap>
#include <QJsonDocument>
#include <QTest>

#include "json_schema.h"
#include "yaml_document.h"

using fos1::schema::JsonSchema;

namespace {

QCborMap map(const QByteArray& yaml) {
    const auto documents = fos1::yaml::parse(yaml, QStringLiteral("test.yaml"));
    if (!documents) qFatal("%s", qPrintable(documents.error().text()));
    return documents->empty() ? QCborMap() : documents->front().value;
}

fos1::Result<JsonSchema> compiled(const QByteArray& yaml) { return JsonSchema::compile(map(yaml).toJsonObject()); }

const QByteArray kSchema = R"(
type: object
required: [mode]
properties:
  mode: {type: string, enum: [allow, deny], default: deny}
  on: {type: boolean}
  count: {type: integer, minimum: 1, maximum: 16, default: 4}
  big: {type: integer, format: int64}
  ratio: {type: number, minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true}
  step: {type: integer, multipleOf: 5}
  name: {type: string, minLength: 1, maxLength: 8}
  code: {type: string, minLength: 2, maxLength: 100000, pattern: "^([a-z]+|[0-9]+)$"}
  net: {type: string, title: "a network such as 10.0.0.0/8", pattern: "^[0-9.]+/[0-9]+$"}
  vault:
    type: object
    properties:
      secret: {type: string, format: password, pattern: "^[a-z]+$"}
      beside: {type: string, enum: [x]}
      count: {type: integer, maximum: 3}
  store:
    type: object
    properties:
      vaults: {type: array, items: {type: object, properties: {id: {type: integer}, value: {type: string, format: password}}}}
      texts: {type: object, additionalProperties: {type: string, format: password}}
  maybe: {type: string, nullable: true, enum: [x]}
  port: {x-kubernetes-int-or-string: true}
  free: {type: object, x-kubernetes-preserve-unknown-fields: true}
  labels: {type: object, maxProperties: 2, additionalProperties: {type: string}}
  tags: {type: array, minItems: 1, maxItems: 3, x-kubernetes-list-type: set, items: {type: string}}
  sources:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [name]
    items:
      type: object
      required: [name]
      properties:
        name: {type: string}
        servers: {type: integer, default: 4}
        limits: {type: object, default: {}, properties: {low: {type: integer, default: 1}}}
  auth:
    type: object
    properties: {key: {type: string}, file: {type: string}, owner: {type: string}}
    oneOf: [{required: [key]}, {required: [file]}]
    dependencies: {owner: [file]}
)";

}  // namespace

class TestJsonSchema : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void accepts_data() {
        QTest::addColumn<QByteArray>("value");
        for (const char* value : {"mode: allow",
                                  "{mode: deny, count: 1}",
                                  "{mode: deny, count: 16}",
                                  "{mode: deny, count: 4.0}",
                                  "{mode: deny, big: 9007199254740993}",
                                  "{mode: deny, big: -5000000000}",
                                  "{mode: deny, ratio: 0.5}",
                                  "{mode: deny, step: -10}",
                                  "{mode: deny, name: \"\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\"}",
                                  "{mode: deny, code: abc}",
                                  "{mode: deny, net: 10.0.0.0/8}",
                                  "{mode: deny, maybe: null}",
                                  "{mode: deny, maybe: x}",
                                  "{mode: deny, port: 4}",
                                  "{mode: deny, port: http}",
                                  "{mode: deny, free: {a: {b: [1, null]}}}",
                                  "{mode: deny, labels: {a: b}}",
                                  "{mode: deny, tags: [a, b]}",
                                  "{mode: deny, sources: [{name: a}, {name: b}]}",
                                  "{mode: deny, auth: {file: x}}",
                                  "{mode: deny, auth: {file: x, owner: y}}"})
            QTest::newRow(value) << QByteArray(value);
    }
    void accepts() {
        QFETCH(QByteArray, value);
        const auto schema = compiled(kSchema);
        QVERIFY2(schema.has_value(), qPrintable(schema ? QString() : schema.error().text()));
        QCOMPARE(fos1::joined(schema->validate(map(value))), QString());
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* value, const char* expected) {
            QTest::newRow(value) << QByteArray(value) << QString::fromUtf8(expected);
        };
        row("{}", "mode: is required");
        row("mode: permit", "mode: must be one of \"allow\", \"deny\"; is \"permit\"");
        row("mode: Alow", "mode: must be one of \"allow\", \"deny\"; is \"Alow\"; did you mean \"allow\"?");
        row("mode: 4", "mode: must be text, is 4");
        row("{mode: deny, on: yes}", "on: must be true or false, is the text \"yes\"");
        row("{mode: deny, count: 0}", "count: must be at least 1, is 0");
        row("{mode: deny, count: 20}", "count: must be at most 16, is 20");
        row("{mode: deny, count: 4.5}", "count: must be an integer, is 4.5");
        row("{mode: deny, count: \"4\"}", "count: must be an integer, is the text \"4\"");
        row("{mode: deny, count: .nan}", "count: must be an integer, is nan");
        row("{mode: deny, ratio: .inf}", "ratio: must be a number, is inf");
        row("{mode: deny, ratio: 0}", "ratio: must be more than 0, is 0");
        row("{mode: deny, ratio: 1.0}", "ratio: must be less than 1, is 1");
        row("{mode: deny, step: 7}", "step: must be a multiple of 5, is 7");
        row("{mode: deny, name: \"\"}", "name: must not be empty");
        row("{mode: deny, name: abcdefghi}", "name: must be at most 8 characters long, is 9");
        row("{mode: deny, code: a}", "code: must be at least 2 characters long, is 1");
        row("{mode: deny, code: aB}", "code: must match ^([a-z]+|[0-9]+)$, is \"aB\"");
        row("{mode: deny, code: \"ab\\n\"}", "code: must match ^([a-z]+|[0-9]+)$, is \"ab?\"");
        row("{mode: deny, net: here}", "net: must be a network such as 10.0.0.0/8, is \"here\"");
        row("{mode: deny, vault: {secret: P4ss}}", "vault.secret: must match ^[a-z]+$");
        row("{mode: deny, vault: {secret: 4444}}", "vault.secret: must be text, is something else");
        // A secret at a wrong place.
        row("{mode: deny, vault: P4ss}", "vault: must be a map, is something else");
        row("{mode: deny, vault: {beside: P4ss}}", "vault.beside: must be \"x\", is something else");
        row("{mode: deny, vault: {count: P4ss}}", "vault.count: must be an integer, is something else");
        row("{mode: deny, vault: {count: 4444}}", "vault.count: must be at most 3");
        row("{mode: deny, vault: {P4ss: x}}", "vault: has an unknown field; known here: beside, count, secret");
        row("{mode: deny, vault: {secrte: x}}", "vault.secrte: unknown field; did you mean \"secret\"?");
        row("{mode: deny, store: {vaults: P4ss}}", "store.vaults: must be a list, is something else");
        row("{mode: deny, store: {vaults: [P4ss]}}", "store.vaults[0]: must be a map, is something else");
        row("{mode: deny, store: {vaults: [{id: P4ss}]}}", "store.vaults[0].id: must be an integer, is something else");
        row("{mode: deny, store: {texts: P4ss}}", "store.texts: must be a map, is something else");
        row("{mode: deny, store: {texts: {P4ss: 1}}}", "store.texts[*]: must be text, is something else");
        row("{mode: deny, maybe: y}", "maybe: must be \"x\", is \"y\"");
        row("{mode: deny, port: 1.5}", "port: must be an integer or text, is 1.5");
        row("{mode: deny, labels: {a: 1}}", "labels.a: must be text, is 1");
        row("{mode: deny, labels: {a: b, c: d, e: f}}", "labels: must have at most 2 fields, has 3");
        row("{mode: deny, labels: [a]}", "labels: must be a map, is a list");
        row("{mode: deny, tags: []}", "tags: must have at least 1 item, has 0");
        row("{mode: deny, tags: [a, b, c, d]}", "tags: must have at most 3 items, has 4");
        row("{mode: deny, tags: [a, b, a]}", "tags[2]: is the same as tags[0]");
        row("{mode: deny, sources: [{name: a}, {name: a}]}", "sources[1]: name \"a\" is already used by sources[0]");
        row("{mode: deny, sources: [{}]}", "sources[0].name: is required");
        row("{mode: deny, sources: [{name: a, server: 3}]}",
            "sources[0].server: unknown field; did you mean \"servers\"?");
        row("{mode: deny, sources: [{name: a, SERVERS: 3}]}",
            "sources[0].SERVERS: unknown field; did you mean \"servers\"?");
        row("{mode: deny, sources: [{name: a, colour: 3}]}",
            "sources[0].colour: unknown field; known here: limits, name, servers");
        row("{mode: deny, quite: other}", "quite: unknown field");
        row("{mode: deny, auth: {}}", "auth: needs one of \"key\", \"file\"");
        row("{mode: deny, auth: {key: x, file: y}}", "auth: must have only one of \"key\", \"file\"");
        row("{mode: deny, auth: {key: x, owner: y}}", "auth.owner: needs \"file\"");
        row("{mode: deny, count: 0, on: 1, sources: [3]}",
            "count: must be at least 1, is 0; on: must be true or false, is 1; sources[0]: must be a map, is 3");
    }
    void refuses() {
        QFETCH(QByteArray, value);
        QFETCH(QString, expected);
        const auto schema = compiled(kSchema);
        QVERIFY(schema.has_value());
        QCOMPARE(fos1::joined(schema->validate(map(value))), expected);
    }

    void aWrongRootHasNoPath() {
        const auto schema = compiled(kSchema);
        QCOMPARE(fos1::joined(schema->validate(QCborValue(4))), QStringLiteral("must be a map, is something else"));
    }

    void longTextDoesNotOverflowTheStack() {
        const auto schema = compiled(kSchema);
        const QCborMap value{{QStringLiteral("mode"), QStringLiteral("deny")},
                             {QStringLiteral("code"), QString(99'999, u'a')}};
        QCOMPARE(fos1::joined(schema->validate(value)), QString());
    }

    void defaults_data() {
        QTest::addColumn<QByteArray>("given");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const char* given, const char* expected) {
            QTest::newRow(name) << QByteArray(given) << QByteArray(expected);
        };
        row("absent fields", "{}", "{count: 4, mode: deny}");
        row("present fields stay", "{mode: allow, count: 2}", "{mode: allow, count: 2}");
        row("null is absent", "{mode: null, count: 2, on: null}", "{count: 2, mode: deny}");
        row("a nullable null stays", "{mode: deny, count: 2, maybe: null}", "{mode: deny, count: 2, maybe: null}");
        row("in lists, and in a defaulted object", "{mode: deny, count: 2, sources: [{name: a}]}",
            "{mode: deny, count: 2, sources: [{name: a, limits: {low: 1}, servers: 4}]}");
        row("an integral double becomes an integer", "{mode: deny, count: 4.0, ratio: 1.0}",
            "{mode: deny, count: 4, ratio: 1}");
        row("what is wrong stays as it is", "{mode: 3, count: x, other: {a: 1}}", "{mode: 3, count: x, other: {a: 1}}");
    }
    void defaults() {
        QFETCH(QByteArray, given);
        QFETCH(QByteArray, expected);
        const auto schema = compiled(kSchema);
        QVERIFY(schema.has_value());
        QCOMPARE(schema->withDefaults(map(given)), QCborValue(map(expected)));
    }

    void secretsAreMasked() {
        const auto schema = compiled(
            "{type: object, properties: {keys: {type: array, items: {type: object, properties: {id: {type: integer}, "
            "value: {type: string, format: password}}}}}}");
        QVERIFY(schema.has_value());
        const auto value = fos1::yaml::parse("keys: [{id: 1, value: hush}, {id: 2}]", "x").value().front().value;
        const QByteArray shown = QCborValue(schema->masked(value)).toDiagnosticNotation().toUtf8();
        QCOMPARE(shown, QByteArray(R"({"keys": [{"id": 1, "value": "********"}, {"id": 2}]})"));
    }

    void badSchemas_data() {
        QTest::addColumn<QByteArray>("schema");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* schema, const char* expected) {
            QTest::newRow(schema) << QByteArray(schema) << QString::fromLatin1(expected);
        };
        row("type: text", "type: unknown type \"text\"");
        row("{type: object, properties: {a: {type: string, patern: x}}}",
            "properties.a.patern: this keyword is not supported");
        row("{type: object, properties: {a: 3}}", "properties.a: must be a schema");
        row("{type: array, items: {type: string, pattern: \"(\"}}", "items.pattern: missing closing parenthesis");
        row("{type: string, format: ipv4}", "format: the format \"ipv4\" is not supported");
        row("{type: string, maxLength: -1}", "maxLength: must be a count");
        row("{type: string, enum: []}", "enum: must be a list of values");
        row("{type: number, minimum: x}", "minimum: must be a number");
        row("{$ref: \"#/x\"}", "$ref: this keyword is not supported");
        row("{dependencies: [a]}", "dependencies: must be a map of lists");
        row("{dependencies: {a: b}}", "dependencies.a: must be a list of fields");
    }
    void badSchemas() {
        QFETCH(QByteArray, schema);
        QFETCH(QString, expected);
        const auto result = compiled(schema);
        QVERIFY(!result.has_value());
        QCOMPARE(result.error().text(), expected);
    }
};

QTEST_GUILESS_MAIN(TestJsonSchema)
#include "tst_json_schema.moc"
