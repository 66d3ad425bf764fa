// SPDX-License-Identifier: GPL-2.0-or-later
#include "page.h"

#include <algorithm>
#include <functional>

#include "human_text.h"
#include "text_table.h"

namespace fos1::demo {

namespace {

using lab::Connection;

const QString kNothing = QStringLiteral("-");

QString orNothing(const QString& text) { return text.isEmpty() ? kNothing : text; }

QString leapText(int leap) {
    switch (leap) {
        case 0: return QStringLiteral("normal");
        case 1: return QStringLiteral("a second is inserted today");
        case 2: return QStringLiteral("a second is deleted today");
        default: return QStringLiteral("not synchronized");
    }
}

QString connectionText(Connection connection) {
    switch (connection) {
        case Connection::Opens: return QStringLiteral("open");
        case Connection::Refused: return QStringLiteral("refused");
        case Connection::Silent: return QStringLiteral("closed");
        case Connection::Unknown: break;
    }
    return kNothing;
}

QString of(const std::optional<lab::TimeAnswer>& answer, const std::function<QString(const lab::TimeAnswer&)>& text) {
    return answer ? text(*answer) : kNothing;
}

QString durationText(std::chrono::nanoseconds value, bool isSigned) {
    const auto number = static_cast<double>(value.count());
    return isSigned ? ctl::signedDurationText(number) : ctl::durationText(number);
}

QString openText(bool isOpen) { return isOpen ? QStringLiteral("open") : QStringLiteral("closed"); }

QString clientsTable(const std::vector<ClientView>& clients) {
    QStringList header{QStringLiteral("WHAT A CLIENT SEES")};
    for (const ClientView& each : clients)
        header.append(QStringLiteral("%1 (%2)").arg(each.vlan.toUpper(), each.interface));
    ctl::TextTable table(header);
    const auto row = [&](const QString& name, const std::function<QString(const ClientView&)>& cell) {
        QStringList cells{name};
        for (const ClientView& each : clients) cells.append(orNothing(cell(each)));
        table.add(cells);
    };
    using Client = const ClientView&;
    using Time = const lab::TimeAnswer&;
    row("time from", [](Client c) { return c.time ? c.asked : QString(); });
    row("stratum, refid", [](Client c) {
        return of(c.time,
                  [](Time t) { return QStringLiteral("%1, %2").arg(t.stratum).arg(QString::fromLatin1(t.reference)); });
    });
    row("leap", [](Client c) { return of(c.time, [](Time t) { return leapText(t.leap); }); });
    row("offset", [](Client c) { return of(c.time, [](Time t) { return durationText(t.offset, true); }); });
    row("round trip", [](Client c) { return of(c.time, [](Time t) { return durationText(t.roundTrip, false); }); });
    row(QStringLiteral("answers to %1 requests").arg(kAtOnce), [](Client c) { return QString::number(c.answered); });
    row("request elsewhere", [](Client c) {
        return c.elsewhere ? QStringLiteral("answered here (stratum %1)").arg(c.elsewhere->stratum)
                           : QStringLiteral("no answer");
    });
    row("udp/123", [](Client c) {
        return QStringLiteral("IPv4 %1, IPv6 %2").arg(openText(c.time.has_value()), openText(c.timeOverV6.has_value()));
    });
    row("tcp/4460 (NTS keys)", [](Client c) { return connectionText(c.ntsKeys); });
    row("DHCP: lease", [](Client c) { return c.lease; });
    row("DHCP: option 42", [](Client c) { return c.ntpServersOfDhcp; });
    row(QStringLiteral("DNS: %1").arg(QLatin1String(kDnsName)),
        [](Client c) { return QString::fromLatin1(c.dnsAnswer.value_or(QByteArray())); });
    row("firewall", [](Client c) { return QStringLiteral("%1 admitted, %2 dropped").arg(c.letIn).arg(c.dropped); });
    return table.text();
}

QString upstreamsTable(const std::vector<UpstreamView>& upstreams) {
    ctl::TextTable table({QStringLiteral("UPSTREAM"), QStringLiteral("ACTUALLY"), QStringLiteral("STATE"),
                          QStringLiteral("OFFSET"), QStringLiteral("WHY")});
    for (const UpstreamView& each : upstreams)
        table.add({each.address, each.truth, orNothing(each.state), orNothing(each.offset), orNothing(each.why)});
    return table.text();
}

QString policies(const std::vector<ClientView>& clients) {
    QString text;
    for (const ClientView& each : clients)
        text += QStringLiteral("%1 %2\n").arg((each.vlan + u':').leftJustified(8), orNothing(each.policy));
    return text;
}

}  // namespace

bool Snapshot::isSettled() const {
    if (!isFit || clients.empty()) return false;
    for (const ClientView& each : clients)
        if (each.policy.isEmpty() || each.lease.isEmpty() || (each.time && each.time->leap == 3) ||
            each.ntpServersOfDhcp != each.toldByDhcp ||
            (each.time && (each.toldByDhcp.isEmpty() || each.dnsAnswer.value_or(QByteArray()).isEmpty())))
            return false;
    // A source is called unusable until there are enough measurements to judge it.
    for (const UpstreamView& each : upstreams)
        if (each.offset.isEmpty() || each.state == u"unusable") return false;
    return true;
}

QString pageText(const Snapshot& snapshot, const Places& places) {
    QString text = clientsTable(snapshot.clients) + u'\n' + upstreamsTable(snapshot.upstreams);
    text += QStringLiteral(
                "The router: %1\n\n"
                "Metrics: %2/metrics (also /healthz and /readyz)\n"
                "Show:    %3 firewall show\n"
                "Change:  %4\n"
                "Stop:    Ctrl-C\n\n")
                .arg(orNothing(snapshot.sync), places.http, places.ctl, places.manifests);
    if (!snapshot.trouble.isEmpty())
        text += QStringLiteral("Trouble: %1\nFound:   %2\n\n").arg(snapshot.trouble, orNothing(snapshot.found));
    text += policies(snapshot.clients);
    return text + QStringLiteral(
                      "DHCP and DNS come from a real dnsmasq. The host tells it the time servers and their names.\n");
}

QString screenText(const QString& page, int columns, int rows) {
    QStringList lines = page.split(u'\n');
    lines.removeLast();  // the page ends with a newline
    // The cursor's line below the last one must fit too.
    if (lines.size() >= rows) {
        lines = lines.first(std::clamp<qsizetype>(rows - 2, 0, lines.size()));
        lines.append(QStringLiteral("... enlarge the window to see the rest."));
    }
    QString text = QStringLiteral("\x1b[H");
    for (const QString& line : lines) text += line.left(columns) + QStringLiteral("\x1b[K\n");
    return text + QStringLiteral("\x1b[J");
}

}  // namespace fos1::demo
