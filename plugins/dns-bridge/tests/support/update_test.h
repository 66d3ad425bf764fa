// SPDX-License-Identifier: GPL-2.0-or-later
// A zone at a real server, and a backend for it, as the tests of updates need them.
#pragma once

#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include "real_server.h"
#include "scripted_dns.h"
#include "update/update_backend.h"

namespace fos1::dns {

inline const DnsName kZone = DnsName::parse("lan.test").value();

inline QByteArray named(const QByteArray& algorithm = "hmac-sha256") {
    return "key \"fos1\" { algorithm " + algorithm + "; secret \"" + kSecret +
           "\"; };\nzone \"lan.test\" { type primary; file \"zone\"; allow-update { key fos1; }; };\n";
}

inline Record address(const QString& text) { return addressRecord(*net::IpAddress::parse(text)); }

/// Names below lan.test with an address each.
inline std::shared_ptr<const ZonePlan> plan(const std::map<QString, QString>& wanted) {
    ZonePlan plan;
    for (const auto& [name, text] : wanted) {
        const auto each = std::make_shared<NamePlan>();
        if (!text.isEmpty()) each->wanted.insert(address(text));
        plan.names.emplace(kZone.child(name).value(), each);
    }
    return std::make_shared<const ZonePlan>(std::move(plan));
}

inline std::shared_ptr<const ZonePlan> many(int count) {
    std::map<QString, QString> wanted;
    for (int i = 0; i < count; ++i)
        wanted[QStringLiteral("ntp.vlan-%1").arg(i)] = QStringLiteral("10.%1.%2.1").arg(i / 250).arg(i % 250);
    return plan(wanted);
}

/// For a server whose clock differs.
inline QStringList clockAhead(int seconds) {
    return {QStringLiteral("LD_PRELOAD=") + QCoreApplication::applicationDirPath() +
                QStringLiteral("/libfos1_clock_shift.so"),
            QStringLiteral("CLOCK_SHIFT=%1").arg(seconds)};
}

/// To updates; the zone's SOA is answered.
inline QByteArrayList refusal(const QByteArray& message, Rcode rcode) {
    const auto asked = parseAnswer(message);
    QByteArray answer = asked->opcode == 5 ? updateMessage(asked->id, kZone, {}, 0) : message;
    answer[2] = static_cast<char>(answer[2] | '\x84');
    if (asked->opcode == 5) answer[3] = static_cast<char>(rcode);
    if (asked->question->type == RecordType::Soa && asked->opcode == 0) {
        answer[7] = 1;
        answer += QByteArray("\xc0\x0c\0\6\0\1\0\0\0\x3c\0\x16\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1", 34);
    }
    return {answer};
}

struct Applying {
    QString outcome = QStringLiteral("no outcome");
    int updates = 0;
    QString reason;
};

/// Applies and waits for the outcome: "written", "same", or the reason.
inline Applying applyTo(UpdateBackend& backend, const std::shared_ptr<const ZonePlan>& wanted) {
    Applying applying;
    bool isDone = false;
    QEventLoop loop;
    QTimer::singleShot(70'000, &loop, &QEventLoop::quit);
    backend.apply(wanted, [&](const ZoneResult<Applied>& result) {
        isDone = true;
        if (result) {
            applying.outcome = result->isWritten ? QStringLiteral("written") : QStringLiteral("same");
            applying.updates = result->updates;
        } else {
            applying.outcome = result.error().reason;
            applying.reason = result.error().text();
        }
        loop.quit();
    });
    if (!isDone) loop.exec();
    return applying;
}

class UpdateTest : public QObject {
   protected:
    QTemporaryDir m_dir;
    std::unique_ptr<RealServer> m_server;
    int m_count = 0;

    [[nodiscard]] UpdateZone zoneOf(const QString& owner, const QString& server = QStringLiteral("127.0.0.53")) {
        UpdateZone zone;
        zone.zone.name = QStringLiteral("lan");
        zone.zone.domain = kZone;
        zone.server = serverFrom(server).value();
        zone.key = {m_dir.filePath("key"), {}, {}};
        zone.owner = owner.toLatin1();
        zone.memoryFile = m_dir.filePath(QStringLiteral("%1.names").arg(++m_count));
        return zone;
    }
    /// Its server is found by the SOA, which the server at 127.0.0.53 is asked for, as every name is from now on.
    [[nodiscard]] UpdateZone zoneBySoa(const QString& owner) {
        UpdateZone zone = zoneOf(owner);
        zone.server.reset();
        zone.resolvers = m_dir.filePath(QStringLiteral("resolv.conf"));
        if (!lab::writeFile(zone.resolvers, "nameserver 127.0.0.53\n") ||
            lab::run(QStringLiteral("mount"), {"--bind", zone.resolvers, "/etc/resolv.conf"}).exitCode != 0)
            qWarning("resolv.conf could not be replaced");
        return zone;
    }
    bool writeKey(const QByteArray& text) {
        return lab::writeFile(m_dir.filePath("key"), text) &&
               QFile::setPermissions(m_dir.filePath("key"), QFile::ReadOwner | QFile::WriteOwner);
    }
    bool start(const QByteArray& statements, const QByteArray& zone = kZoneStart + "ns A 127.0.0.53\n",
               const QStringList& environment = {}) {
        m_server = std::make_unique<RealServer>(QStringLiteral("127.0.0.53"));
        m_server->write("zone", zone);
        m_server->startNamed(statements, environment);
        return QTest::qWaitFor([this] { return m_server->answers("lan.test"); }, 10'000);
    }
    [[nodiscard]] QString state(UpdateBackend& backend, const QString& name) {
        for (const auto& each : backend.table()->names)
            if (each->name == kZone.child(name).value())
                return each->standing == NameStanding::Published ? QStringLiteral("published")
                       : each->standing == NameStanding::Foreign ? each->reason
                       : each->standing == NameStanding::Pending ? QStringLiteral("pending")
                                                                 : QStringLiteral("absent");
        return {};
    }
};

}  // namespace fos1::dns
