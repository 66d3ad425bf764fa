// SPDX-License-Identifier: GPL-2.0-or-later
// The CRDs themselves: the design's example and every sample are admitted as written, bad specs are refused in clear
// words, and what the API server demands of a CRD beyond its schema holds.
#include <QCborArray>
#include <QDirIterator>
#include <QFile>
#include <QTest>

#include "crd_catalog.h"
#include "tree.h"
#include "yaml_document.h"

using fos1::schema::CrdCatalog;
using fos1::yaml::Document;

namespace {

const QString kCrdDirectory = fos1::tree::sourceFile(QStringLiteral("crds"));

std::vector<Document> read(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read %s", qPrintable(path));
    auto documents = fos1::yaml::parse(file.readAll(), path);
    if (!documents) qFatal("%s", qPrintable(documents.error().text()));
    return std::move(*documents);
}

QString text(const QCborMap& map, const char* key) { return map.value(QLatin1String(key)).toString(); }

/// Calls `visit(path, schema)` for every node of a structural schema.
template <typename Visit>
void visitSchema(const QCborMap& schema, const QString& path, const Visit& visit) {
    visit(path, schema);
    for (const auto& [name, field] : schema.value(QStringLiteral("properties")).toMap())
        visitSchema(field.toMap(), path + u'.' + name.toString(), visit);
    for (const char* child : {"items", "additionalProperties"})
        if (const QCborValue value = schema.value(QLatin1String(child)); value.isMap())
            visitSchema(value.toMap(), path + QStringLiteral("[]"), visit);
}

}  // namespace

class TestCrds : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void initTestCase() {
        auto catalog = CrdCatalog::load(kCrdDirectory);
        QVERIFY2(catalog.has_value(), qPrintable(catalog ? QString() : catalog.error().text()));
        m_catalog = std::make_unique<CrdCatalog>(std::move(*catalog));
    }

    void theDesignsExampleIsAdmitted() {
        const auto documents = read(fos1::tree::sourceFile(QStringLiteral("crds/tests/data/design-example.yaml")));
        QCOMPARE(documents.size(), std::size_t(1));
        const auto admitted = m_catalog->admit(documents.front().value);
        QVERIFY2(admitted.has_value(), qPrintable(admitted ? QString() : fos1::joined(admitted.error())));
        // Nothing of it is changed: what was written is still there, defaults are only added.
        const QCborMap spec = admitted->value(QStringLiteral("spec")).toMap();
        const QCborMap ratelimit =
            spec.value(QStringLiteral("security")).toMap().value(QStringLiteral("ratelimit")).toMap();
        QCOMPARE(ratelimit.value(QStringLiteral("interval")).toInteger(), 3);
        const QCborMap server = spec.value(QStringLiteral("server")).toMap();
        QCOMPARE(server.value(QStringLiteral("port")).toInteger(), 123);
        QCOMPARE(server.value(QStringLiteral("makestep")).toMap().value(QStringLiteral("threshold")).toDouble(), 1.0);
    }

    void absentStaysAbsentWhereADefaultWouldMeanSomething() {
        const auto admitted = m_catalog->admit(object({}));
        QVERIFY(admitted.has_value());
        const QCborMap expected{
            {QStringLiteral("enabled"), true},
            {QStringLiteral("sources"), QCborMap()},
            {QStringLiteral("server"), QCborMap{{QStringLiteral("port"), 123}, {QStringLiteral("rtcsync"), false}}}};
        QCOMPARE(admitted->value(QStringLiteral("spec")), QCborValue(expected));
    }

    void samples_data() {
        QTest::addColumn<QString>("path");
        QDirIterator files(fos1::tree::sourceFile(QStringLiteral("samples")), {QStringLiteral("*.yaml")}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = files.next();
            if (path.contains(u"/manifests/")) QTest::newRow(qPrintable(path.section(u'/', -3))) << path;
        }
    }
    void samples() {
        QFETCH(QString, path);
        const auto documents = read(path);
        QVERIFY(!documents.empty());
        for (const Document& document : documents) {
            const auto admitted = m_catalog->admit(document.value);
            QVERIFY2(admitted.has_value(), qPrintable(admitted ? QString() : fos1::joined(admitted.error())));
        }
    }

    void cases_data() {
        QTest::addColumn<QCborMap>("spec");
        QTest::addColumn<QString>("expected");
        const QCborMap table =
            read(fos1::tree::sourceFile(QStringLiteral("crds/tests/data/ntpservice-cases.yaml"))).front().value;
        for (const QCborValue& value : table.value(QStringLiteral("cases")).toArray()) {
            QStringList refused;
            for (const QCborValue& mistake : value.toMap().value(QStringLiteral("refused")).toArray())
                refused << mistake.toString();
            QTest::newRow(qPrintable(text(value.toMap(), "name")))
                << value.toMap().value(QStringLiteral("spec")).toMap() << refused.join(QStringLiteral("; "));
        }
    }
    void cases() {
        QFETCH(QCborMap, spec);
        QFETCH(QString, expected);
        const auto admitted = m_catalog->admit(object(spec));
        QCOMPARE(admitted ? QString() : fos1::joined(admitted.error()), expected);
    }

    void everyFieldIsExplainedAndBounded() {
        for (const Document& crd : crds()) {
            const QCborMap spec = crd.value.value(QStringLiteral("spec")).toMap();
            for (const QCborValue& version : spec.value(QStringLiteral("versions")).toArray()) {
                const QCborMap root = version.toMap()
                                          .value(QStringLiteral("schema"))
                                          .toMap()
                                          .value(QStringLiteral("openAPIV3Schema"))
                                          .toMap();
                visitSchema(root, QString(), [](const QString& path, const QCborMap& schema) {
                    const bool isField =
                        !path.isEmpty() && !path.endsWith(QStringLiteral("[]")) && path != u".metadata";
                    QVERIFY2(!isField || !text(schema, "description").isEmpty(),
                             qPrintable(path + QStringLiteral(": description")));
                    if (!path.startsWith(u".spec")) return;
                    const QString type = text(schema, "type");
                    const bool isBounded =
                        type == u"array" ? schema.contains(QStringLiteral("maxItems"))
                        : type == u"string"
                            ? schema.contains(QStringLiteral("maxLength")) || schema.contains(QStringLiteral("enum"))
                        : type == u"integer" || type == u"number"
                            ? schema.contains(QStringLiteral("enum")) || schema.contains(QStringLiteral("maximum"))
                            : true;
                    QVERIFY2(isBounded, qPrintable(path + QStringLiteral(": bound")));
                });
            }
        }
    }

    /// The API server refuses a CRD whose defaults do not fit their own schema; so do we.
    void defaultsAreValid() {
        for (const Document& crd : crds()) {
            const QCborMap spec = crd.value.value(QStringLiteral("spec")).toMap();
            for (const QCborValue& version : spec.value(QStringLiteral("versions")).toArray()) {
                const QCborMap root = version.toMap()
                                          .value(QStringLiteral("schema"))
                                          .toMap()
                                          .value(QStringLiteral("openAPIV3Schema"))
                                          .toMap();
                visitSchema(root, QString(), [](const QString& path, const QCborMap& schema) {
                    const QCborValue value = schema.value(QStringLiteral("default"));
                    if (value.isUndefined()) return;
                    const auto compiled = fos1::schema::JsonSchema::compile(schema.toJsonObject());
                    QVERIFY(compiled.has_value());
                    QVERIFY2(compiled->validate(value).empty(), qPrintable(path));
                });
            }
        }
    }

    void printerColumns() {
        const auto* kind = m_catalog->find(QStringLiteral("ntp"));
        QVERIFY(kind);
        QStringList names;
        for (const auto& column : kind->columns) names << column.name;
        QCOMPARE(names.join(u' '),
                 QStringLiteral("Enabled Synchronized Stratum Offset Sources Ready Reason Nodes Age"));
    }

   private:
    static QCborMap object(const QCborMap& spec) {
        QCborMap whole{{QStringLiteral("enabled"), true},
                       {QStringLiteral("sources"), QCborMap()},
                       {QStringLiteral("server"), QCborMap()}};
        for (const auto& [key, value] : spec) whole.insert(key, value);
        return {{QStringLiteral("apiVersion"), QStringLiteral("ntp.fos1.io/v1alpha1")},
                {QStringLiteral("kind"), QStringLiteral("NTPService")},
                {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), QStringLiteral("a")}}},
                {QStringLiteral("spec"), whole}};
    }

    static std::vector<Document> crds() {
        std::vector<Document> all;
        for (const QString& name : QDir(kCrdDirectory).entryList({QStringLiteral("*.yaml")}, QDir::Files))
            for (Document& document : read(kCrdDirectory + u'/' + name)) all.push_back(std::move(document));
        return all;
    }

    std::unique_ptr<CrdCatalog> m_catalog;
};

QTEST_GUILESS_MAIN(TestCrds)
#include "tst_crds.moc"
