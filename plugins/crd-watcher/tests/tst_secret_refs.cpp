// SPDX-License-Identifier: GPL-2.0-or-later
// The Secrets that an object names, anywhere in its spec.
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "core/secret_refs.h"

using namespace fos1::crd;

class TestSecretRefs : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void found_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QStringList>("names");
        const auto row = [](const char* name, const char* spec, const QStringList& names) {
            QTest::newRow(name) << QByteArray(spec) << names;
        };
        row("none", R"({"enabled": true, "list": [1, "x", null, {}]})", {});
        row("secretKeyRef", R"({"a": {"secretKeyRef": {"name": "one", "key": "k"}}})", {"one"});
        row("secretRef", R"({"secretRef": {"name": "one"}})", {"one"});
        row("secretRef as a text", R"({"secretRef": "one"})", {"one"});
        row("secretName", R"({"tls": {"secretName": "one"}})", {"one"});
        row("in lists of lists", R"({"a": [[{"b": [{"secretName": "two"}, {"secretName": "one"}]}]]})", {"one", "two"});
        row("named twice", R"({"a": {"secretName": "one"}, "b": {"secretRef": {"name": "one"}}})", {"one"});
        row("within a reference", R"({"secretRef": {"name": "one", "more": {"secretName": "two"}}})", {"one", "two"});
        row("an empty name", R"({"secretName": "", "secretRef": {"name": ""}})", {});
        row("no name", R"({"secretRef": {"key": "k"}, "secretName": 7, "secretKeyRef": [1]})", {});
        row("another field", R"({"secret": {"name": "one"}, "secretNames": "two"})", {});
    }
    void found() {
        QFETCH(const QByteArray, spec);
        QFETCH(const QStringList, names);
        const auto secrets = secretsOf(QCborMap::fromJsonObject(QJsonDocument::fromJson(spec).object()), "network");
        QStringList all;
        for (const SecretName& secret : secrets) {
            QCOMPARE(secret.ns, QStringLiteral("network"));
            all.append(secret.name);
        }
        QCOMPARE(all, names);
    }

    void theNamespaceTellsThemApart() {
        QVERIFY((SecretName{"a", "x"}) != (SecretName{"b", "x"}));
        QCOMPARE((std::set<SecretName>{{"a", "x"}, {"b", "x"}, {"a", "x"}}).size(), std::size_t(2));
    }
};

QTEST_APPLESS_MAIN(TestSecretRefs)
#include "tst_secret_refs.moc"
