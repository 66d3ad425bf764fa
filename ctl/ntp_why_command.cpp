// SPDX-License-Identifier: GPL-2.0-or-later
// `ntp why`: why each time source is used or not. Reads NTPService's status.
#include <QJsonArray>
#include <bit>

#include "commands.h"
#include "human_text.h"
#include "ntp_objects.h"
#include "text_page.h"
#include "text_table.h"

namespace fos1::ctl {
namespace {

const QString kNothingSaid = QStringLiteral("The daemon does not say why; it may be older.");

QString whyText(const QJsonObject& source) {
    const QString why = source.value(u"why").toString();
    return why.isEmpty() ? kNothingSaid : why;
}

bool isCalled(const QJsonObject& source, const QString& wanted) {
    return source.value(u"name").toString().compare(wanted, Qt::CaseInsensitive) == 0 ||
           source.value(u"address").toString().compare(wanted, Qt::CaseInsensitive) == 0;
}

QString authenticationText(const QJsonObject& source) {
    const QString mode = source.value(u"authentication").toString();
    if (mode == u"none") return QStringLiteral("no");
    if (mode == u"key") return QStringLiteral("with key ") + cellText(source.value(u"keyId"));
    if (mode == u"nts")
        return QStringLiteral("with NTS, %1 cookies in store").arg(cellText(source.value(u"ntsCookies")));
    return mode;
}

/// The register fills from the right: what is left of its first bit was not polled yet.
QString answersText(const QJsonObject& source) {
    const auto reach = static_cast<quint8>(reachText(source.value(u"reach")).toUInt(nullptr, 8));
    const QString interval = pollText(source.value(u"poll"));
    if (reach == 0) return QStringLiteral("none of the last polls, one every %1").arg(interval);
    return QStringLiteral("%1 of the last %2 polls, one every %3")
        .arg(std::popcount(reach))
        .arg(std::bit_width(reach))
        .arg(interval);
}

/// Everything about one source.
QString sourcePage(const QJsonObject& source) {
    const QString name = source.value(u"name").toString();
    const QString address = source.value(u"address").toString();
    const bool isMeasured = source.value(u"lastRx").isDouble();
    TextPage page;
    page.line("Why", whyText(source));
    page.line("State", source.value(u"state").toString());
    page.line("Answered", source.contains(u"reach") ? answersText(source) : QString());
    page.line("Stratum", source.value(u"stratum").toInt() > 0 ? cellText(source.value(u"stratum")) : QString());
    if (isMeasured) {
        page.line("Measured", ageText(source.value(u"lastRx").toInteger()) + QStringLiteral(" ago"));
        page.line("Offset", QStringLiteral("%1 (the local clock against it), jitter %2")
                                .arg(millisecondsText(source.value(u"offset"), true),
                                     millisecondsText(source.value(u"jitter"), false)));
        if (source.contains(u"delay")) page.line("Delay", millisecondsText(source.value(u"delay"), false));
    }
    page.line("Authentic", authenticationText(source));
    const bool showsAddress = !address.isEmpty() && address != name;
    return QStringLiteral("%1%2, %3:\n%4")
        .arg(name, showsAddress ? QStringLiteral(" (%1)").arg(address) : QString(), source.value(u"kind").toString(),
             page.text());
}

QString table(const QJsonArray& sources) {
    if (sources.isEmpty()) return QStringLiteral("No sources.\n");
    TextTable text({QStringLiteral("NAME"), QStringLiteral("ADDRESS"), QStringLiteral("STATE"), QStringLiteral("WHY")});
    for (const QJsonValue item : sources) {
        const QJsonObject source = item.toObject();
        text.add({cellText(source.value(u"name")), cellText(source.value(u"address")), cellText(source.value(u"state")),
                  whyText(source)});
    }
    return text.text();
}

QString pages(const QJsonArray& sources) {
    QStringList all;
    for (const QJsonValue item : sources) all.append(sourcePage(item.toObject()));
    return all.join(u'\n');
}

ExitCode tellKnown(const QString& wanted, QStringList known) {
    known.removeDuplicates();
    complain(QStringLiteral("there is no source \"%1\"; %2")
                 .arg(wanted, known.isEmpty() ? QStringLiteral("there are none")
                                              : QStringLiteral("there are: %1").arg(known.join(QStringLiteral(", ")))));
    return ExitCode::Failed;
}

}  // namespace

ExitCode explainNtpSources(const Options& options, const QString& wanted) {
    RpcClient client(options.socket);
    const auto services = ntpServices(client, options, {});
    if (!services) return services.error();
    QJsonArray all;
    QStringList known;
    QString text;
    for (const QJsonValue item : *services) {
        const QJsonObject service = item.toObject();
        QJsonArray matching;
        for (const QJsonValue each : service.value(u"status").toObject().value(u"sources").toArray()) {
            const QJsonObject source = each.toObject();
            known.append(source.value(u"name").toString());
            if (wanted.isEmpty() || isCalled(source, wanted)) matching.append(source);
        }
        if (!wanted.isEmpty() && matching.isEmpty()) continue;
        all.append(QJsonObject{{QStringLiteral("service"), nameOf(service)}, {QStringLiteral("sources"), matching}});
        if (!text.isEmpty()) text += u'\n';
        if (services->size() > 1) text += nsOf(service) + u'/' + nameOf(service) + QStringLiteral(":\n");
        text += wanted.isEmpty() ? table(matching) : pages(matching);
    }
    if (all.isEmpty()) return tellKnown(wanted, known);
    if (!printAs(options.output, {{QStringLiteral("services"), all}})) print(text);
    return ExitCode::Ok;
}

}  // namespace fos1::ctl
