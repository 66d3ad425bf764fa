// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/serving_parser.h"

#include <map>

#include "model/serving_fields.h"

namespace fos1::ntp {

namespace {

using std::chrono::seconds;

constexpr double kLargestSeconds = 1e6;
/// chrony.conf(5), log.
const QStringList kLogs{QStringLiteral("measurements"), QStringLiteral("rawmeasurements"), QStringLiteral("selection"),
                        QStringLiteral("statistics"),   QStringLiteral("tracking"),        QStringLiteral("rtc"),
                        QStringLiteral("refclocks"),    QStringLiteral("tempcomp")};

std::optional<MakestepSpec> parseMakestep(const FieldChecks& server) {
    const QString key = QStringLiteral("makestep");
    if (!server.reader().has(key)) return std::nullopt;
    const FieldChecks at = server.child(key);
    MakestepSpec makestep{seconds(1), 3};
    makestep.threshold =
        at.positiveDuration(QStringLiteral("threshold"), seconds(1), kLargestSeconds).value_or(makestep.threshold);
    makestep.limit = at.integer(QStringLiteral("limit"), -1, 1'000'000).value_or(makestep.limit);
    return makestep;
}

LocalSpec parseLocal(const FieldChecks& at) {
    LocalSpec local;
    local.enabled = at.reader().boolean(QStringLiteral("enabled"));
    local.orphan = at.reader().boolean(QStringLiteral("orphan"));
    local.stratum = at.integer(QStringLiteral("stratum"), 1, kHighestStratum);
    readValues(at, kLocalValues, local);
    return local;
}

QString parseRxFilter(const FieldChecks& at) {
    static const QStringList kFilters{QStringLiteral("all"), QStringLiteral("ntp"), QStringLiteral("ptp"),
                                      QStringLiteral("none")};
    const QString key = QStringLiteral("rxfilter");
    const QString text = at.reader().text(key);
    if (text.isEmpty() || kFilters.contains(text)) return text;
    at.report(key, QStringLiteral("must be all, ntp, ptp or none, is \"%1\"").arg(text));
    return {};
}

std::vector<HwTimestampSpec> parseHwTimestamp(const FieldChecks& server) {
    std::vector<HwTimestampSpec> interfaces;
    std::map<QString, QString> seen;
    for (const FieldChecks& at : server.children(QStringLiteral("hwtimestamp"))) {
        const QString key = QStringLiteral("interface");
        HwTimestampSpec spec;
        spec.interface = at.reader().text(key);
        if (const QString why = unsafeInConfig(spec.interface); !why.isEmpty()) at.report(key, why);
        const auto [first, isNew] = seen.try_emplace(spec.interface, at.reader().path(key));
        if (!isNew) at.report(key, QStringLiteral("%1 is already in %2").arg(spec.interface, first->second));
        spec.txcomp = at.duration(QStringLiteral("txcomp"), seconds(1), -1, 1).value_or(spec.txcomp);
        spec.rxcomp = at.duration(QStringLiteral("rxcomp"), seconds(1), -1, 1).value_or(spec.rxcomp);
        readValues(at, kHwTimestampValues, spec);
        spec.rxfilter = parseRxFilter(at);
        checkSamples(at, spec.minsamples, spec.maxsamples);
        if (spec.maxpoll && spec.minpoll.value_or(0) > *spec.maxpoll)
            at.report(QStringLiteral("maxpoll"), QStringLiteral("minpoll (%1) must not be greater than maxpoll (%2)")
                                                     .arg(spec.minpoll.value_or(0))
                                                     .arg(*spec.maxpoll));
        interfaces.push_back(std::move(spec));
    }
    return interfaces;
}

LeapSpec parseLeap(const FieldChecks& at) {
    LeapSpec leap;
    const QString mode = at.reader().text(QStringLiteral("mode"), QStringLiteral("system"));
    if (mode == QStringLiteral("slew"))
        leap.mode = LeapMode::Slew;
    else if (mode == QStringLiteral("smear"))
        leap.mode = LeapMode::Smear;
    else if (mode == QStringLiteral("ignore"))
        leap.mode = LeapMode::Ignore;
    else if (mode != QStringLiteral("system"))
        at.report(QStringLiteral("mode"), QStringLiteral("must be system, slew, smear or ignore, is \"%1\"").arg(mode));
    const QString key = QStringLiteral("list");
    if (!at.reader().has(key)) return leap;
    const QString list = at.reader().text(key);
    if (list.startsWith(u'/'))
        leap.listFile = at.absolutePath(key).value_or(QString());
    else if (const QString why = unsafeInConfig(list); !why.isEmpty())
        at.report(key, why);
    else
        leap.timeZone = list;
    return leap;
}

RtcSpec parseRtc(const FieldChecks& at) {
    RtcSpec rtc;
    rtc.file = at.absolutePath(QStringLiteral("file")).value_or(QString());
    rtc.autotrim = at.duration(QStringLiteral("autotrim"), seconds(1), 1, kLargestSeconds);
    rtc.onUtc = at.reader().boolean(QStringLiteral("onUtc"));
    if (rtc.file.isEmpty() && !at.reader().has(QStringLiteral("file")) && (rtc.autotrim || rtc.onUtc))
        at.report(rtc.autotrim ? QStringLiteral("autotrim") : QStringLiteral("onUtc"),
                  QStringLiteral("has no effect without file"));
    return rtc;
}

void checkContradictions(const FieldChecks& at, const ServingSpec& serving) {
    if (serving.rtcsync && !serving.rtc.file.isEmpty())
        at.report(
            QStringLiteral("rtc.file"),
            QStringLiteral("contradicts rtcsync: either chronyd tracks the real-time clock or the kernel sets it"));
    if (serving.clientloglimit && !serving.interleaved)
        at.report(QStringLiteral("clientloglimit"),
                  QStringLiteral("contradicts interleaved: false, with which chronyd keeps no client records"));
    if (serving.maxslewrate && serving.leap.mode == LeapMode::Smear)
        at.report(QStringLiteral("maxslewrate"),
                  QStringLiteral("contradicts leap.mode: smear, which needs a rate of its own"));
    if (serving.ptpDomain && !serving.ptpPort)
        at.report(QStringLiteral("ptpDomain"), QStringLiteral("has no effect without ptpPort"));
    if (serving.ptpPort && *serving.ptpPort == serving.port)
        at.report(QStringLiteral("ptpPort"), QStringLiteral("must not be the port of NTP (%1)").arg(serving.port));
}

}  // namespace

std::vector<IpAddress> parseBindAddresses(const FieldChecks& at) {
    const QString key = QStringLiteral("bindAddresses");
    std::vector<IpAddress> addresses;
    std::map<AddressFamily, QString> seen;
    const QCborArray list = at.reader().array(key);
    for (qsizetype i = 0; i < list.size(); ++i) {
        const QString entry = key + u'[' + QString::number(i) + u']';
        const QString text = list.at(i).toString();
        const std::optional<IpAddress> address = IpAddress::parse(text);
        if (!list.at(i).isString() || !address) {
            at.report(entry, QStringLiteral("\"%1\" is not an IP address").arg(text));
            continue;
        }
        const auto [first, isNew] = seen.try_emplace(address->family, at.reader().path(entry));
        if (!isNew)
            at.report(entry, QStringLiteral("is of the same family as %1: chronyd binds one IPv4 and one IPv6 address")
                                 .arg(first->second));
        addresses.push_back(*address);
    }
    return addresses;
}

ServingSpec parseServing(const FieldChecks& at) {
    ServingSpec serving;
    serving.stratum = at.integer(QStringLiteral("stratum"), 1, kHighestStratum);
    serving.driftfile = at.absolutePath(QStringLiteral("driftfile")).value_or(QString());
    serving.makestep = parseMakestep(at);
    serving.local = parseLocal(at.child(QStringLiteral("local")));
    serving.port = static_cast<quint16>(at.integer(QStringLiteral("port"), 0, 65535).value_or(kNtpPort));
    serving.bindAddresses = parseBindAddresses(at);
    serving.rtcsync = at.reader().boolean(QStringLiteral("rtcsync"));
    serving.interleaved = at.reader().boolean(QStringLiteral("interleaved"), true);
    serving.hwTimestamp = parseHwTimestamp(at);
    serving.leap = parseLeap(at.child(QStringLiteral("leap")));
    serving.rtc = parseRtc(at.child(QStringLiteral("rtc")));
    serving.bindDevice = at.interfaceName(QStringLiteral("bindDevice")).value_or(QString());
    readValues(at, kServingValues, serving);
    serving.logs = at.texts(QStringLiteral("log"), kLogs);
    checkContradictions(at, serving);
    return serving;
}

}  // namespace fos1::ntp
