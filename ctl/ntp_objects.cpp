// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntp_objects.h"

#include <cmath>

#include "human_text.h"

namespace fos1::ctl {

QString nameOf(const QJsonObject& object) { return object.value(u"metadata").toObject().value(u"name").toString(); }
QString nsOf(const QJsonObject& object) { return object.value(u"metadata").toObject().value(u"namespace").toString(); }

tl::expected<QJsonArray, ExitCode> ntpServices(RpcClient& client, const Options& options, const QString& wanted) {
    QJsonObject params{{QStringLiteral("kind"), QStringLiteral("NTPService")}};
    if (!options.ns.isEmpty()) params.insert(QStringLiteral("namespace"), options.ns);
    const auto list = client.call(QStringLiteral("resource.list"), params);
    if (!list) return tl::unexpected(complainAbout(list.error()));
    QJsonArray found;
    for (const QJsonValue item : list->value(u"items").toArray())
        if (wanted.isEmpty() || nameOf(item.toObject()) == wanted) found.append(item);
    if (!found.isEmpty()) return found;
    complain(wanted.isEmpty() ? QStringLiteral("there is no NTPService; `fos1ctl apply -f FILE` creates one")
                              : QStringLiteral("there is no NTPService \"%1\"").arg(wanted));
    return tl::unexpected(ExitCode::Failed);
}

QString millisecondsText(const QJsonValue& value, bool isSigned) {
    constexpr double kMillisecond = 1e6;
    if (!value.isDouble()) return QStringLiteral("-");
    const double nanoseconds = value.toDouble() * kMillisecond;
    return isSigned ? signedDurationText(nanoseconds) : durationText(nanoseconds);
}

QString reachText(const QJsonValue& reach) {
    return reach.isDouble() ? QString::number(reach.toInteger(), 8) : cellText(reach);
}

QString pollText(const QJsonValue& poll) {
    if (!poll.isDouble()) return QStringLiteral("-");
    return durationText(std::ldexp(1e9, poll.toInt()));
}

}  // namespace fos1::ctl
