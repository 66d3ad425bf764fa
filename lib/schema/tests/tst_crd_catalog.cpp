// SPDX-License-Identifier: GPL-2.0-or-later
// CRDs are read from a directory, kinds are found as people type them, and objects are admitted or refused.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "crd_catalog.h"
#include "yaml_document.h"

using fos1::schema::CrdCatalog;

namespace {

const QByteArray kCrd = R"(apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.test.fos1.io}
spec:
  group: test.fos1.io
  scope: Namespaced
  names: {kind: Lamp, plural: lamps, singular: lamp, shortNames: [lp]}
  versions:
    - name: v1beta1
      served: true
      storage: false
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns:
        - {name: "On", type: boolean, jsonPath: .spec.on}
      schema:
        openAPIV3Schema:
          type: object
          required: [metadata, spec]
          properties:
            spec:
              type: object
              required: [on]
              properties:
                on: {type: boolean}
                colour: {type: string, default: white}
            status: {type: object, properties: {lit: {type: boolean}}}
)";

QCborMap object(const QByteArray& yaml) {
    const auto documents = fos1::yaml::parse(yaml, QStringLiteral("test.yaml"));
    if (!documents || documents->empty()) qFatal("bad YAML in a test");
    return documents->front().value;
}

class CrdDirectory {
   public:
    explicit CrdDirectory(const QByteArray& crd = kCrd) { write(QStringLiteral("a.yaml"), crd); }
    void write(const QString& name, const QByteArray& text) const {
        QFile file(m_dir.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(name));
    }
    [[nodiscard]] QString path() const { return m_dir.path(); }
    [[nodiscard]] fos1::Result<CrdCatalog> load() const { return CrdCatalog::load(path()); }

   private:
    QTemporaryDir m_dir;
};

}  // namespace

class TestCrdCatalog : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    /// A schema that cannot be read is no schema that does not exist: then every object of its kind would be wrong.
    void whatCannotBeRead() {
        const CrdDirectory crds;
        QVERIFY(QFile::link("/nowhere", crds.path() + "/b.yaml"));
        const auto loaded = crds.load();
        QVERIFY(!loaded.has_value());
        QVERIFY2(loaded.error().text().contains("b.yaml: "), qPrintable(loaded.error().text()));
        const auto file = CrdCatalog::load(crds.path() + "/a.yaml");
        QVERIFY(!file && file.error().code == fos1::ErrorCode::Io);
    }

    void secretsAreKnownAndNeverShown() {
        const CrdDirectory directory;
        const auto catalog = directory.load();
        QVERIFY(catalog);
        const auto* kind = catalog->find(QStringLiteral("secrets"));
        QVERIFY(kind && kind->apiVersion == QStringLiteral("v1") && kind->kind == QStringLiteral("Secret"));
        const auto secret = [&](const char* fields) {
            return catalog->admit(
                object(QByteArray("{apiVersion: v1, kind: Secret, metadata: {name: a}, ") + fields + '}'));
        };
        const auto admitted = secret("data: {k: Z2VoZWlt}, stringData: {t: geheim}");
        QVERIFY2(admitted, admitted ? "" : qPrintable(fos1::joined(admitted.error())));
        const QString shown = kind->schema.masked(*admitted).toDiagnosticNotation();
        QVERIFY2(shown.contains(QStringLiteral("\"k\": \"********\"")) && !shown.contains(QStringLiteral("Z2Vo")) &&
                     !shown.contains(QStringLiteral("geheim")),
                 qPrintable(shown));
        for (const char* wrong : {"data: {k: 'ge$heim'}", "data: {k: 7}", "stringData: {k: [geheim]}"}) {
            const auto refused = secret(wrong);
            QVERIFY(!refused);
            QVERIFY2(!fos1::joined(refused.error()).contains(QStringLiteral("heim")),
                     qPrintable(fos1::joined(refused.error())));
        }
    }

    void findsKindsAsTyped() {
        const CrdDirectory directory;
        const auto catalog = directory.load();
        QVERIFY2(catalog.has_value(), qPrintable(catalog ? QString() : catalog.error().text()));
        QCOMPARE(catalog->kinds().size(), std::size_t(3));  // including Secret
        for (const char* name : {"Lamp", "lamp", "lamps", "LAMPS", "lp"}) {
            const auto* kind = catalog->find(QString::fromLatin1(name));
            QVERIFY2(kind, name);
            QCOMPARE(kind->apiVersion, QStringLiteral("test.fos1.io/v1"));  // the stored version
        }
        QVERIFY(!catalog->find(QStringLiteral("la")));
        QVERIFY(catalog->find(QStringLiteral("test.fos1.io/v1beta1"), QStringLiteral("Lamp")));
        QVERIFY(!catalog->find(QStringLiteral("test.fos1.io/v1"), QStringLiteral("lamp")));
        const auto* kind = catalog->find(QStringLiteral("lamp"));
        QCOMPARE(kind->columns.size(), std::size_t(1));
        QCOMPARE(kind->columns.front().jsonPath, QStringLiteral(".spec.on"));
        QVERIFY(kind->namespaced);
    }

    void whatIsWithdrawnFirstIsMarked() {
        QByteArray marked = kCrd;
        const CrdDirectory plain;
        QVERIFY(!plain.load()->find("lamp")->isWithdrawnFirst);
        marked.replace("metadata: {", "metadata: {annotations: {fos1.io/withdraw-first: \"true\"}, ");
        const CrdDirectory directory(marked);
        const auto catalog = directory.load();
        QVERIFY2(catalog, catalog ? "" : qPrintable(catalog.error().text()));
        QVERIFY(catalog->find("lamp")->isWithdrawnFirst);
    }

    void theKindOfItsNodesReportsIsNamed() {
        QByteArray marked = kCrd;
        QVERIFY(CrdDirectory().load()->find("lamp")->nodeDetail.isEmpty());
        marked.replace("metadata: {", "metadata: {annotations: {fos1.io/node-detail: LampNode}, ");
        const auto catalog = CrdDirectory(marked).load();
        QVERIFY2(catalog, catalog ? "" : qPrintable(catalog.error().text()));
        QCOMPARE(catalog->find("lamp")->nodeDetail, QStringLiteral("LampNode"));
    }

    void admitsWithDefaults() {
        const CrdDirectory directory;
        const auto catalog = directory.load();
        const auto admitted = catalog->admit(object(
            "{spec: {on: true}, kind: Lamp, metadata: {name: a.b}, status: {lit: 3}, apiVersion: test.fos1.io/v1}"));
        QVERIFY2(admitted.has_value(), qPrintable(admitted ? QString() : fos1::joined(admitted.error())));
        QCOMPARE(*admitted,
                 object("{apiVersion: test.fos1.io/v1, kind: Lamp, metadata: {name: a.b, namespace: default}, "
                        "spec: {on: true, colour: white}}"));
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const QByteArray& yaml, const char* expected) {
            QTest::newRow(name) << yaml << QString::fromLatin1(expected);
        };
        const QByteArray head = "apiVersion: test.fos1.io/v1\nkind: Lamp\n";
        const QByteArray spec = "spec: {on: true}\n";
        row("nothing", "{}", "apiVersion: is required; kind: is required");
        row("no kind", "apiVersion: test.fos1.io/v1", "kind: is required");
        row("kind is no text", "{apiVersion: test.fos1.io/v1, kind: 3}", "kind: must be text");
        row("mistyped kind", "{apiVersion: test.fos1.io/v1, kind: Lampe}",
            "kind: unknown kind \"Lampe\" of test.fos1.io/v1; did you mean \"Lamp\"?");
        row("other version", "{apiVersion: test.fos1.io/v3, kind: Lamp}",
            "apiVersion: must be \"test.fos1.io/v1\" for kind Lamp, is \"test.fos1.io/v3\"");
        row("other group", "{apiVersion: v2, kind: Pod}", "apiVersion: unknown apiVersion \"v2\"");
        row("no kind of the core", "{apiVersion: v1, kind: Pod}", "kind: unknown kind \"Pod\" of v1");
        row("no metadata", head + spec, "metadata.name: is required");
        row("metadata is a list", head + spec + "metadata: []", "metadata: must be a map, is a list");
        row("bad name", head + spec + "metadata: {name: A_b}",
            "metadata.name: must be lower-case letters, digits, '-' and '.' such as \"main-site\", is \"A_b\"");
        row("bad namespace", head + spec + "metadata: {name: a, namespace: a.b}",
            "metadata.namespace: must be lower-case letters, digits and '-' such as \"default\", is \"a.b\"");
        row("bad label", head + spec + "metadata: {name: a, labels: {x: \"a b\"}}",
            "metadata.labels.x: must be letters, digits, '-', '_' and '.', is \"a b\"");
        row("unknown metadata", head + spec + "metadata: {name: a, label: {}}",
            "metadata.label: unknown field; did you mean \"labels\"?");
        row("no spec", head + "metadata: {name: a}", "spec: is required");
        row("bad spec", head + "metadata: {name: a}\nspec: {on: 1}", "spec.on: must be true or false, is 1");
        row("unknown at the root", head + spec + "metadata: {name: a}\nspek: {}",
            "spek: unknown field; did you mean \"spec\"?");
        row("everything at once", head + "metadata: {}\nspec: {of: true}",
            "metadata.name: is required; spec.on: is required; spec.of: unknown field; known here: colour, on");
    }
    void refuses() {
        QFETCH(QByteArray, yaml);
        QFETCH(QString, expected);
        const CrdDirectory directory;
        const auto admitted = directory.load()->admit(object(yaml));
        QVERIFY(!admitted.has_value());
        QCOMPARE(fos1::joined(admitted.error()), expected);
    }

    void badFiles_data() {
        QTest::addColumn<QByteArray>("crd");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const QByteArray& crd, const char* expected) {
            QTest::newRow(name) << crd << QString::fromLatin1(expected);
        };
        const auto with = [](const char* before, const char* after) { return QByteArray(kCrd).replace(before, after); };
        row("no YAML", "a: [", "a.yaml:1:1: a \"[\" is not closed; add \"]\", or a comma between two entries");
        row("old API", with("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"),
            "a.yaml:1:1: apiVersion: must be \"apiextensions.k8s.io/v1\"");
        row("other kind", with("CustomResourceDefinition", "ConfigMap"),
            "a.yaml:2:1: kind: must be \"CustomResourceDefinition\"");
        row("other name", with("lamps.test", "lamp.test"),
            "a.yaml:3:12: metadata.name: must be \"lamps.test.fos1.io\"");
        row("no version", with("served: true", "served: false"), "a.yaml:8:3: spec.versions: no version is served");
        row("bad schema", with("colour: {type: string", "colour: {type: str"),
            "a.yaml:28:26: spec.versions[1].schema.openAPIV3Schema.properties.spec.properties.colour.type: unknown "
            "type "
            "\"str\"");
        row("twice", kCrd + "---\n" + kCrd, "a.yaml:31:1: test.fos1.io/v1 Lamp is already defined by another file");
    }
    void badFiles() {
        QFETCH(QByteArray, crd);
        QFETCH(QString, expected);
        const CrdDirectory directory(crd);
        const auto catalog = directory.load();
        QVERIFY(!catalog.has_value());
        QCOMPARE(catalog.error().text().remove(directory.path() + u'/'), expected);
    }

    void aMissingDirectoryIsAnError() {
        const auto catalog = CrdCatalog::load(QStringLiteral("/nonexistent/crds"));
        QVERIFY(!catalog.has_value());
        QCOMPARE(catalog.error().code, fos1::ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestCrdCatalog)
#include "tst_crd_catalog.moc"
