// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/serving_lines.h"

#include "core/plain_text.h"
#include "core/value_words.h"
#include "model/serving_fields.h"

namespace fos1::ntp {

namespace {

void writeLocal(ConfigText& out, const LocalSpec& local) {
    if (!local.enabled) return;
    out.line({"local", option("stratum", local.stratum), flag("orphan", local.orphan),
              valueWords(kLocalValues, local).join(' ')});
}

}  // namespace

LocalSpec effectiveLocal(const ServingSpec& server, const ChronyVersion& version, std::vector<LeftOut>& leftOut) {
    if (!server.local.enabled) return {};
    LocalSpec local = supportedValues({version, "local", QStringLiteral("spec.server.local"), {}, leftOut},
                                      kLocalValues, server.local);
    local.stratum = local.stratum.value_or(server.stratum.value_or(kDefaultLocalStratum));
    return local;
}

void leaveOutClockSettings(const ServingSpec& server, std::vector<LeftOut>& leftOut) {
    const auto leaveOut = [&leftOut](const char* field, const QString& value) {
        leftOut.push_back({QStringLiteral("spec.server.") + QLatin1String(field), value,
                           QStringLiteral("has no effect: this node's service does not set the machine's clock "
                                          "(plugins.ntp.clockControl)")});
    };
    if (server.makestep)
        leaveOut(
            "makestep",
            QStringLiteral("%1, limit %2").arg(plainDuration(server.makestep->threshold)).arg(server.makestep->limit));
    if (server.rtcsync) leaveOut("rtcsync", QStringLiteral("true"));
    if (!server.rtc.file.isEmpty()) leaveOut("rtc", server.rtc.file);
    if (server.maxslewrate) leaveOut("maxslewrate", QString::number(*server.maxslewrate));
}

void writeServing(ConfigText& out, const ServingSpec& server, const PlanOptions& options, const Materials& materials,
                  ChronyPlan& plan) {
    const bool isOwn = server.driftfile.isEmpty() || !materials.whyNoDriftFile.isEmpty();
    const QString driftFile = isOwn ? options.paths.driftFile : server.driftfile;
    if (!materials.whyNoDriftFile.isEmpty())
        plan.leftOut.push_back({QStringLiteral("spec.server.driftfile"), server.driftfile, materials.whyNoDriftFile});
    out.line({"driftfile", driftFile.toUtf8()});
    const bool setsClock = options.clockControl == ClockControl::Adjust;
    if (server.makestep && setsClock)
        out.line({"makestep", decimalSeconds(server.makestep->threshold), QByteArray::number(server.makestep->limit)});
    if (server.rtcsync && setsClock) out.line({"rtcsync"});
    writeLocal(out, plan.online.local);
    out.line({"port", QByteArray::number(server.port)});
    for (const IpAddress& address : server.bindAddresses) out.line({"bindaddress", address.text().toUtf8()});
    if (!server.bindDevice.isEmpty()) out.line({"binddevice", server.bindDevice.toUtf8()});
    // Interleaved mode needs the timestamps that the client log keeps (chrony.conf(5), noclientlog).
    if (!server.interleaved) out.line({"noclientlog"});
}

void writeServingValues(ConfigText& out, const ServingSpec& server, const PlanOptions& options,
                        const Materials& materials, std::vector<LeftOut>& leftOut) {
    const QString path = QStringLiteral("spec.server");
    const WordPlace place{materials.version, {}, path, {}, leftOut};
    ServingSpec values = supportedValues(place, kServingValues, server);
    const bool setsClock = options.clockControl == ClockControl::Adjust;
    if (!setsClock) values.maxslewrate.reset();  // leaveOutClockSettings() has said so
    for (const QByteArray& line : valueWords(kServingValues, values)) out.line({line});
    QByteArrayList logs;
    for (const QString& log : server.logs)
        if (place.takes("log", "log " + log.toStdString(), log.toLatin1())) logs.append(log.toLatin1());
    if (!logs.isEmpty()) {
        out.line({"logdir", options.paths.logDirectory.toUtf8()});
        out.line({"log", logs.join(' ')});
    }
    if (server.rtc.file.isEmpty() || !setsClock) return;
    if (!materials.whyNoRtcFile.isEmpty()) {
        leftOut.push_back({QStringLiteral("spec.server.rtc"), server.rtc.file, materials.whyNoRtcFile});
        return;
    }
    out.line({"rtcfile", server.rtc.file.toUtf8()});
    if (server.rtc.autotrim) out.line({option("rtcautotrim", server.rtc.autotrim)});
    if (server.rtc.onUtc) out.line({"rtconutc"});
}

void writeRequests(ConfigText& out, const NtpServiceSpec& spec) {
    for (const IpAddress& address : spec.acquisitionAddresses) out.line({"bindacqaddress", address.text().toUtf8()});
    if (!spec.acquisitionDevice.isEmpty()) out.line({"bindacqdevice", spec.acquisitionDevice.toUtf8()});
}

void writeHwTimestamp(ConfigText& out, const std::vector<HwTimestampSpec>& interfaces, const Materials& materials,
                      std::vector<LeftOut>& leftOut) {
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
        const HwTimestampSpec& each = interfaces[i];
        if (const auto why = materials.unusableInterfaces.find(each.interface);
            why != materials.unusableInterfaces.end()) {
            leftOut.push_back({QStringLiteral("spec.server.hwtimestamp[%1]").arg(i), each.interface, why->second});
            continue;
        }
        const QString path = QStringLiteral("spec.server.hwtimestamp[%1]").arg(i);
        const HwTimestampSpec supported = supportedValues(
            {materials.version, "hwtimestamp", path, each.interface, leftOut}, kHwTimestampValues, each);
        const auto unlessZero = [](std::chrono::nanoseconds time) {
            return time.count() == 0 ? std::nullopt : std::optional(time);
        };
        out.line({"hwtimestamp", each.interface.toUtf8(), option("txcomp", unlessZero(each.txcomp)),
                  option("rxcomp", unlessZero(each.rxcomp)), valueWords(kHwTimestampValues, supported).join(' '),
                  each.rxfilter.isEmpty() ? QByteArray() : "rxfilter " + each.rxfilter.toLatin1()});
    }
}

void writeLeap(ConfigText& out, const LeapSpec& leap, const ChronyVersion& version, std::vector<LeftOut>& leftOut) {
    if (leap.mode == LeapMode::Slew || leap.mode == LeapMode::Smear) out.line({"leapsecmode", "slew"});
    if (leap.mode == LeapMode::Ignore) out.line({"leapsecmode", "ignore"});
    if (leap.mode == LeapMode::Smear) {
        out.line({"maxslewrate", "1000"});
        out.line({"smoothtime", "400", "0.001024", "leaponly"});
    }
    if (!leap.timeZone.isEmpty()) out.line({"leapsectz", leap.timeZone.toUtf8()});
    if (leap.listFile.isEmpty()) return;
    if (supports(version, "leapseclist"))
        out.line({"leapseclist", leap.listFile.toUtf8()});
    else
        leftOut.push_back({QStringLiteral("spec.server.leap.list"), leap.listFile,
                           QStringLiteral("is a file, which chronyd %1 cannot read (%2 can); name a time zone "
                                          "such as right/UTC instead")
                               .arg(versionText(version), firstRelease("leapseclist"))});
}

}  // namespace fos1::ntp
