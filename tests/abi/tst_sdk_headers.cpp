// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of the seam, checked in the public headers: only permitted types in virtual signatures, single inheritance
// from IInterface, an IID with a major number, only interfaces, constants and enumerations in features/.
#include <QDir>
#include <QDirIterator>
#include <QRegularExpression>
#include <QTest>

#include "tree.h"

namespace {

const QString kInclude = fos1::tree::sourceFile(QStringLiteral("sdk/include/fos1"));

/// The headers that cross the boundary.
QStringList seamHeaders() {
    QStringList files{kInclude + "/interface.h", kInclude + "/iplugin.h", kInclude + "/ihost.h"};
    for (const QString& name : QDir(kInclude + "/features").entryList({"*.h"}, QDir::Files))
        files << kInclude + "/features/" + name;
    return files;
}

QString withoutComments(const QString& file) {
    QFile input(file);
    if (!input.open(QIODevice::ReadOnly)) return {};
    return QString::fromUtf8(input.readAll()).remove(QRegularExpression("//[^\n]*"));
}

bool isPermitted(QString type) {
    static const QStringList kValues{"void", "int", "qint64", "quint64", "QString", "QByteArray", "QCborMap"};
    type.remove(QRegularExpression("\\bconst\\b|&|\\s"));
    static const QRegularExpression kInterface("^I[A-Z]\\w*\\*$");
    return kValues.contains(type) || kInterface.match(type).hasMatch();
}

/// "RETURN NAME(ARGUMENTS)" of each virtual function with a forbidden type, without destructors.
QStringList forbiddenTypes(const QString& source) {
    static const QRegularExpression kVirtual("virtual\\s+([^;{}()~]+?)\\s*\\b(\\w+)\\s*\\(([^)]*)\\)");
    static const QRegularExpression kName("\\s*\\b\\w+$");
    QStringList wrong;
    for (auto it = kVirtual.globalMatch(source); it.hasNext();) {
        const auto match = it.next();
        QStringList types{match.captured(1)};
        for (const QString& argument : match.captured(3).split(u',', Qt::SkipEmptyParts))
            types << QString(argument).remove(kName);
        for (const QString& type : types)
            if (!isPermitted(type)) wrong << match.captured(2) + ": " + type.simplified();
    }
    return wrong;
}

}  // namespace

class TestSdkHeaders : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void theCheckSeesMistakes() {
        QCOMPARE(forbiddenTypes("virtual int f(const QString& a, quint64 b, IBusListener* c) = 0;"), QStringList());
        QCOMPARE(forbiddenTypes("virtual double f() = 0;"), QStringList{"f: double"});
        QCOMPARE(forbiddenTypes("virtual int f(std::chrono::seconds s) = 0;"), QStringList{"f: std::chrono::seconds"});
        QCOMPARE(forbiddenTypes("virtual int f(const QList<int>& s,\n bool b) = 0;"),
                 (QStringList{"f: const QList<int>&", "f: bool"}));
    }

    void signaturesHoldPermittedTypesOnly_data() {
        QTest::addColumn<QString>("file");
        for (const QString& file : seamHeaders()) QTest::newRow(qPrintable(QFileInfo(file).fileName())) << file;
    }
    void signaturesHoldPermittedTypesOnly() {
        QFETCH(QString, file);
        const QString source = withoutComments(file);
        QVERIFY(!source.isEmpty());
        const QStringList wrong = forbiddenTypes(source);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
        // Structs do not cross the seam; if one must, it begins with its size.
        static const QRegularExpression kStruct("\\bstruct\\s+\\w+\\s*\\{\\s*([^;]*);");
        for (auto it = kStruct.globalMatch(source); it.hasNext();)
            QVERIFY(it.next().captured(1).contains(QRegularExpression("quint32\\s+structSize")));
    }

    void interfacesAreAnchoredAndNumbered() {
        QFile anchors(fos1::tree::sourceFile(QStringLiteral("sdk/src/anchors.cpp")));
        QVERIFY(anchors.open(QIODevice::ReadOnly));
        const QString destructors = QString::fromUtf8(anchors.readAll());
        static const QRegularExpression kClass("class\\s+(FOS1_SDK_EXPORT\\s+)?(I\\w+)\\s*(:[^{]*)?\\{([^}]*)\\}");
        int count = 0;
        for (const QString& file : seamHeaders()) {
            const QString source = withoutComments(file);
            for (auto it = kClass.globalMatch(source); it.hasNext(); ++count) {
                const auto match = it.next();
                const QString name = match.captured(2);
                QVERIFY2(!match.captured(1).isEmpty(), qPrintable(name));
                QVERIFY2(name == "IInterface" || match.captured(3).simplified() == ": public IInterface",
                         qPrintable(name));
                QVERIFY2(destructors.contains(name + "::~" + name + "() = default;"), qPrintable(name));
                const bool isCallback = name.endsWith("Listener");
                const bool isRoot = name == "IInterface" || name == "IPlugin" || name == "IHost";
                static const QRegularExpression kIid("kIid = \"io\\.fos1\\.\\w+/[1-9]\"");
                QVERIFY2(isCallback || isRoot || match.captured(4).contains(kIid), qPrintable(name));
            }
        }
        QVERIFY2(count >= 13, qPrintable(QString::number(count)));
    }
};

QTEST_GUILESS_MAIN(TestSdkHeaders)
#include "tst_sdk_headers.moc"
