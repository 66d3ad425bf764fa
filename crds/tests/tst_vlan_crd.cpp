// SPDX-License-Identifier: GPL-2.0-or-later
// The schema of VLAN: what the platform writes is admitted and kept whole, mistakes are refused in clear words.
#include <QCborArray>
#include <QFile>
#include <QTest>

#include "crd_catalog.h"
#include "tree.h"
#include "yaml_document.h"

using fos1::schema::CrdCatalog;

namespace {

QCborMap object(const QCborMap& spec) {
    return {{QStringLiteral("apiVersion"), QStringLiteral("networking.fos1.io/v1")},
            {QStringLiteral("kind"), QStringLiteral("VLAN")},
            {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), QStringLiteral("a")}}},
            {QStringLiteral("spec"), spec}};
}

}  // namespace

class TestVlanCrd : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void initTestCase() {
        auto catalog = CrdCatalog::load(fos1::tree::sourceFile(QStringLiteral("crds")));
        QVERIFY2(catalog.has_value(), qPrintable(catalog ? QString() : catalog.error().text()));
        m_catalog = std::make_unique<CrdCatalog>(std::move(*catalog));
    }

    void cases_data() {
        QTest::addColumn<QCborMap>("spec");
        QTest::addColumn<QString>("expected");
        QFile file(fos1::tree::sourceFile(QStringLiteral("crds/tests/data/vlan-cases.yaml")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto documents = fos1::yaml::parse(file.readAll(), file.fileName());
        QVERIFY2(documents.has_value(), qPrintable(documents ? QString() : documents.error().text()));
        for (const QCborValue& value : documents->front().value.value(QStringLiteral("cases")).toArray()) {
            const QCborMap row = value.toMap();
            QStringList refused;
            for (const QCborValue& mistake : row.value(QStringLiteral("refused")).toArray())
                refused << mistake.toString();
            QTest::newRow(qPrintable(row.value(QStringLiteral("name")).toString()))
                << row.value(QStringLiteral("spec")).toMap() << refused.join(QStringLiteral("; "));
        }
    }
    void cases() {
        QFETCH(QCborMap, spec);
        QFETCH(QString, expected);
        const auto admitted = m_catalog->admit(object(spec));
        QCOMPARE(admitted ? QString() : fos1::joined(admitted.error()), expected);
        if (!admitted) return;
        // Nothing of it is lost: fields that this schema does not name belong to somebody else.
        const QCborMap kept = admitted->value(QStringLiteral("spec")).toMap();
        for (const auto& [name, field] : spec) QCOMPARE(kept.value(name), QCborValue(field));
        QCOMPARE(kept.value(QStringLiteral("enabled")), QCborValue(true));
        QCOMPARE(kept.value(QStringLiteral("untagged")), QCborValue(spec.contains(QStringLiteral("untagged"))));
    }

    void namesAndColumns() {
        for (const char* name : {"VLAN", "vlan", "vlans", "vl"})
            QVERIFY2(m_catalog->find(QString::fromLatin1(name)), name);
        QStringList names;
        for (const auto& column : m_catalog->find(QStringLiteral("vlans"))->columns) names << column.name;
        QCOMPARE(names.join(u' '), QStringLiteral("ID Interface Addresses Zone Status Ready Reason Age"));
    }

   private:
    std::unique_ptr<CrdCatalog> m_catalog;
};

QTEST_GUILESS_MAIN(TestVlanCrd)
#include "tst_vlan_crd.moc"
