// SPDX-License-Identifier: GPL-2.0-or-later
// Logs in the manner of real receivers (tests/data/receivers): no sample is ever wrong, and what else the head of each
// log says is true. A log has one burst a second, separated by empty lines.
#include <QDir>
#include <QFile>
#include <QTest>
#include <map>
#include <vector>

#include "refclock/nmea_receiver.h"
#include "refclock/receiver_words.h"
#include "tree.h"

using namespace fos1::ntp;

namespace {

constexpr qint64 kPivot = 1'767'225'600;  // 2026
constexpr qint64 kLateNs = 150'000'000;

struct ReceiverLog {
    QString name;
    std::map<QString, QString> expected;
    std::vector<QByteArray> bursts;

    [[nodiscard]] qint64 beginsNs() const {
        return QDateTime::fromString(expected.at(QStringLiteral("begins")), Qt::ISODate).toSecsSinceEpoch() *
               kNsPerSecond;
    }
};

ReceiverLog readLog(const QFileInfo& info) {
    ReceiverLog log{info.baseName(), {}, {}};
    QFile file(info.filePath());
    if (!file.open(QIODevice::ReadOnly)) return log;
    bool isNew = true;
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.startsWith('#')) {
            const qsizetype space = line.indexOf(' ');
            log.expected[QString::fromUtf8(line.mid(1, space - 1))] = QString::fromUtf8(line.mid(space + 1));
        } else if (line.isEmpty()) {
            isNew = true;
        } else {
            if (std::exchange(isNew, false)) log.bursts.emplace_back();
            log.bursts.back() += line + "\r\n";
        }
    }
    return log;
}

QString rejections(const NmeaParser& parser) {
    QStringList all;
    for (const Rejection why :
         {Rejection::NoChecksum, Rejection::WrongChecksum, Rejection::Torn, Rejection::TooLong, Rejection::WrongField})
        if (const quint64 count = parser.rejected(why); count > 0)
            all.append(
                QStringLiteral("%1 %2").arg(QLatin1String(kRejectionNames[static_cast<std::size_t>(why)])).arg(count));
    return all.join(QStringLiteral(", "));
}

QString text(const std::optional<int>& value) { return value ? QString::number(*value) : QString(); }

}  // namespace

class TestReceiverLogs : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void logs_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<qsizetype>("piece");
        const QDir directory(fos1::tree::sourceFile(QStringLiteral("plugins/ntp/tests/data/receivers")));
        const QFileInfoList all = directory.entryInfoList({QStringLiteral("*.log")}, QDir::Files, QDir::Name);
        QVERIFY(all.size() >= 13);
        for (const QFileInfo& info : all)
            for (const qsizetype piece : {qsizetype{1} << 20, qsizetype{7}})
                QTest::newRow(qPrintable(QStringLiteral("%1/%2").arg(info.baseName()).arg(piece)))
                    << info.filePath() << piece;
    }

    void logs() {
        QFETCH(QString, path);
        QFETCH(qsizetype, piece);
        const ReceiverLog log = readLog(QFileInfo(path));
        QVERIFY(log.bursts.size() >= 10 && log.expected.contains(QStringLiteral("begins")));
        ReceiverPolicy policy;
        policy.pivotUnix = kPivot;
        int samples = 0;
        qint64 wrong = 0;
        NmeaReceiver receiver(policy, LeapTable(), [&](const ReceiverSample& sample) {
            ++samples;
            if (sample.arrival.realNs - sample.unixNs != kLateNs) wrong = sample.unixNs;
        });
        Arrival at{log.beginsNs() + kLateNs, kNsPerSecond};
        for (const QByteArray& burst : log.bursts) {
            for (qsizetype from = 0; from < burst.size(); from += piece) {
                const qint64 later = from * 100'000;  // at 96,000 baud
                const Arrival now{at.realNs + later, at.rawNs + later};
                receiver.feed(QByteArrayView(burst).sliced(from, std::min(piece, burst.size() - from)), now);
            }
            receiver.settle();
            at.realNs += kNsPerSecond;
            at.rawNs += kNsPerSecond;
        }
        QCOMPARE(wrong, 0);
        const GnssFacts gnss = receiver.gnss().facts(at.rawNs);
        const std::map<QString, QString> seen{
            {QStringLiteral("samples"), QString::number(samples)},
            {QStringLiteral("rejected"), rejections(receiver.parser())},
            {QStringLiteral("antenna"), gnss.antenna},
            {QStringLiteral("model"), gnss.model},
            {QStringLiteral("firmware"), gnss.firmware},
            {QStringLiteral("used"), text(gnss.used)},
            {QStringLiteral("inView"), text(gnss.inView)},
            {QStringLiteral("leapSeconds"), text(gnss.leapSeconds)},
            {QStringLiteral("rollovers"), QString::number(receiver.state().rollovers)}};
        for (const auto& [what, value] : seen) {
            const auto expected = log.expected.find(what);
            const QString fallback = what == u"rollovers" ? QStringLiteral("0") : QString();
            const bool mustBe = expected != log.expected.end() || what == u"rejected" || what == u"rollovers";
            const QString wanted = expected == log.expected.end() ? fallback : expected->second;
            QVERIFY2(!mustBe || value == wanted,
                     qPrintable(QStringLiteral("%1 is %2, not %3").arg(what, value, wanted)));
        }
        const std::map<QString, InstantVerdict> verdicts{{QStringLiteral("Good"), InstantVerdict::Good},
                                                         {QStringLiteral("NoFix"), InstantVerdict::NoFix},
                                                         {QStringLiteral("Unknown"), InstantVerdict::Unknown}};
        QCOMPARE(receiver.state().last, verdicts.at(log.expected.at(QStringLiteral("ends"))));
    }
};

QTEST_GUILESS_MAIN(TestReceiverLogs)
#include "tst_receiver_logs.moc"
