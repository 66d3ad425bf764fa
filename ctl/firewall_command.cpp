// SPDX-License-Identifier: GPL-2.0-or-later
// `firewall show`: what is enforced for NTP in each VLAN, and what was counted; reads the topic firewall.ntp/v1.
// `firewall remove`: takes the table away that a stopped plugin left.
#include <QJsonArray>
#include <QProcess>
#include <QStandardPaths>

#include "commands.h"
#include "human_text.h"
#include "text_page.h"
#include "text_table.h"

namespace fos1::ctl {
namespace {

constexpr const char* kTopic = "firewall.ntp/v1";
constexpr const char* kPlugin = "firewall-bridge";
constexpr const char* kTable = "inet fos1_ntp";

/// One that was taken back says nothing any more.
bool isKnown(const QJsonObject& entry) { return entry.value(u"presence").toString() != u"Absent"; }

QString packets(const QJsonObject& value, QStringView verdict) {
    return QStringLiteral("%1 packets, %2 bytes")
        .arg(value.value(verdict.toString() + QStringLiteral("_packets")).toInteger())
        .arg(value.value(verdict.toString() + QStringLiteral("_bytes")).toInteger());
}

QString enforcedText(const QJsonObject& entry) {
    const QJsonObject value = entry.value(u"value").toObject();
    if (entry.value(u"presence").toString() == u"Stale") return QStringLiteral("not known any more");
    return value.value(u"enforced").toBool() ? QStringLiteral("yes")
                                             : QStringLiteral("NO: ") + value.value(u"reason").toString();
}

QString page(const QJsonObject& entry) {
    const QJsonObject value = entry.value(u"value").toObject();
    TextPage page;
    page.line("Link", value.value(u"interface").toString());
    page.line("Enforced", enforcedText(entry));
    page.line("Policy", value.value(u"policy").toString());
    page.line("Let in", packets(value, u"admitted"));
    page.line("Dropped", packets(value, u"refused"));
    if (value.value(u"redirected_packets").toInteger() > 0)
        page.line("Redirected", QStringLiteral("%1 exchanges").arg(value.value(u"redirected_packets").toInteger()));
    return entry.value(u"key").toString() + QStringLiteral(":\n") + page.text();
}

QString table(const QJsonArray& entries) {
    TextTable table({QStringLiteral("VLAN"), QStringLiteral("LINK"), QStringLiteral("ENFORCED"),
                     QStringLiteral("LET IN"), QStringLiteral("DROPPED"), QStringLiteral("REDIRECTED"),
                     QStringLiteral("POLICY")});
    for (const QJsonValue item : entries) {
        const QJsonObject entry = item.toObject();
        const QJsonObject value = entry.value(u"value").toObject();
        const QString link = value.value(u"interface").toString();
        table.add({entry.value(u"key").toString(), link.isEmpty() ? QStringLiteral("-") : link, enforcedText(entry),
                   cellText(value.value(u"admitted_packets")), cellText(value.value(u"refused_packets")),
                   cellText(value.value(u"redirected_packets")), value.value(u"policy").toString()});
    }
    return table.text();
}

/// One that may write the table again.
bool isAtWork(const QString& state) {
    return state != u"Stopped" && state != u"Failed" && state != u"Refused" && state != u"Loaded";
}

/// nft(8) with the words of whoever calls us, who needs the right to; what it complained of.
std::optional<QString> runNft(const QStringList& arguments) {
    QString program = QStandardPaths::findExecutable(QStringLiteral("nft"));
    // A plain user's PATH lacks it.
    if (program.isEmpty()) program = QStringLiteral("/usr/sbin/nft");
    QProcess process;
    process.start(program, arguments);
    constexpr int kPatienceMs = 10'000;
    if (!process.waitForFinished(kPatienceMs)) return QStringLiteral("%1: %2").arg(program, process.errorString());
    if (process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0) return std::nullopt;
    return QString::fromLocal8Bit(process.readAllStandardError()).section(u'\n', 0, 0);
}

}  // namespace

ExitCode removeFirewall(const Options& options) {
    RpcClient client(options.socket);
    const auto plugin = client.call(QStringLiteral("plugin.get"), {{QStringLiteral("id"), kPlugin}});
    if (!plugin && plugin.error().code != RpcFailure::kNoDaemon && plugin.error().code != RpcFailure::kNotFound)
        return complainAbout(plugin.error());
    if (plugin && isAtWork(plugin->value(u"state").toString())) {
        complain(
            QStringLiteral("the plugin firewall-bridge would write the table again; first: fos1ctl plugin stop "
                           "firewall-bridge"));
        return ExitCode::Failed;
    }
    // To delete what is not there is a mistake for nft, and none for us.
    const auto complaint = runNft({QStringLiteral("add table %1; delete table %1").arg(QLatin1String(kTable))});
    if (complaint) {
        complain(*complaint);
        return ExitCode::Failed;
    }
    print(QStringLiteral("The table %1 is gone; NTP is as open as other tables leave it.").arg(QLatin1String(kTable)));
    return ExitCode::Ok;
}

ExitCode showFirewall(const Options& options, const QString& vlan) {
    ExitCode code = ExitCode::Ok;
    const auto list =
        call(options, QStringLiteral("topic.list"), {{QStringLiteral("topic"), QLatin1String(kTopic)}}, code);
    if (!list) return code;
    QJsonArray entries;
    for (const QJsonValue item : list->value(u"values").toArray()) {
        const QJsonObject entry = item.toObject();
        if (isKnown(entry) && (vlan.isEmpty() || entry.value(u"key").toString() == vlan)) entries.append(entry);
    }
    if (entries.isEmpty()) {
        complain(
            vlan.isEmpty()
                ? QStringLiteral("no VLAN's firewall is known: is the plugin firewall-bridge running, and has the "
                                 "time service VLANs? fos1ctl plugin show firewall-bridge says more")
                : QStringLiteral("nothing is known of VLAN %1; fos1ctl firewall show lists those that are").arg(vlan));
        return ExitCode::Failed;
    }
    if (printAs(options.output, {{QStringLiteral("vlans"), entries}})) return ExitCode::Ok;
    print(vlan.isEmpty() ? table(entries) : page(entries.first().toObject()));
    return ExitCode::Ok;
}

}  // namespace fos1::ctl
