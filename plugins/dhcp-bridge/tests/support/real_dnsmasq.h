// SPDX-License-Identifier: GPL-2.0-or-later
// A real dnsmasq with a watched directory of options, a real client that asks it, and a DnsmasqBackend's outcome.
#pragma once

#include <sys/mount.h>

#include <QDir>
#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include "core/offer_rules.h"
#include "dnsmasq/dnsmasq_backend.h"
#include "lan_daemons.h"

namespace fos1::dhcp {

/// VLANs by name with their interface and address.
inline std::shared_ptr<const Offers> offersOf(const std::map<QString, std::pair<QString, QString>>& vlans) {
    Offers all;
    for (const auto& [name, place] : vlans) {
        time::ServiceState vlan;
        vlan.interface = place.first;
        vlan.addresses = {{place.second, 24}};
        vlan.port = 123;
        vlan.accepting = vlan.advertise = vlan.dhcp = true;
        all.vlans[name] = offerOf(vlan, OnLoss::Withdraw);
    }
    return std::make_shared<const Offers>(all);
}

/// VLAN 20 is told this address; an empty one: nothing.
inline std::shared_ptr<const Offers> told(const QString& address) {
    if (address.isEmpty()) return std::make_shared<const Offers>();
    return offersOf({{QStringLiteral("vlan-20"), {QStringLiteral("lan.20"), address}}});
}

/// Applies and waits for the outcome: "written", "same", or the error.
inline QString outcome(DnsmasqBackend& backend, const std::shared_ptr<const Offers>& wanted) {
    QString outcome = QStringLiteral("no outcome");
    QEventLoop loop;
    QTimer::singleShot(30'000, &loop, &QEventLoop::quit);
    backend.apply(wanted, [&](const Result<Applied>& result) {
        outcome =
            !result ? result.error().text()
                    : (result->isWritten ? QStringLiteral("written") : QStringLiteral("same")) + result->warningReason;
        loop.quit();
    });
    loop.exec();
    return outcome;
}

inline bool isInForce(const QString& outcome) {
    return outcome == QStringLiteral("written") || outcome == QStringLiteral("same");
}

/// dnsmasq on the router, for VLANs 20 and 30; a client in VLAN 20.
class RealDnsmasq {
   public:
    explicit RealDnsmasq(const lab::Lab& lab) : m_lab(lab), m_directory(lab.path(QStringLiteral("options"))) {
        QDir().mkpath(m_directory);
    }
    ~RealDnsmasq() {
        process.reset();
        ::umount2(m_directory.toUtf8().constData(), MNT_DETACH);
        QDir(m_directory).removeRecursively();
        QFile::remove(pidFile());
    }
    RealDnsmasq(const RealDnsmasq&) = delete;
    RealDnsmasq& operator=(const RealDnsmasq&) = delete;

    [[nodiscard]] bool start(const QByteArray& more = {},
                             const QByteArray& range = "dhcp-range=10.20.0.100,10.20.0.200,10m\n") {
        process.reset();
        QFile::remove(m_lab.path(QStringLiteral("dnsmasq.log")));
        process = lab::startDnsmasq(m_lab, QStringLiteral("rt"), QStringLiteral("dnsmasq"),
                                    "no-ping\nlog-dhcp\ndhcp-authoritative\ndhcp-range=10.30.0.100,10.30.0.200,10m\n"
                                    "dhcp-optsdir=" +
                                        m_directory.toUtf8() + '\n' + range + more);
        // dnsmasq that is debugged writes no pid file.
        return QTest::qWaitFor([&] { return process->log().contains("DHCP, "); }, 10'000) &&
               lab::writeFile(pidFile(), QByteArray::number(process->pid()) + '\n');
    }

    [[nodiscard]] QString pidFile() const { return m_lab.path(QStringLiteral("dnsmasq/pid")); }
    [[nodiscard]] const QString& directory() const { return m_directory; }
    [[nodiscard]] DnsmasqPlace place() const { return {pidFile(), m_directory, true, Sntp::Omitted}; }
    [[nodiscard]] qsizetype reloads() const { return process->log().count("cleared cache"); }
    [[nodiscard]] QStringList files() const {
        return QDir(m_directory).entryList(QDir::Files | QDir::Hidden, QDir::Name);
    }
    /// Something that was removed may still be told.
    [[nodiscard]] bool isReloadDue() const { return files().contains(QStringLiteral(".fos1-ntp-reload-due")); }
    [[nodiscard]] QByteArray content(const QString& name) const {
        QFile file(m_directory + u'/' + name);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    /// What a client of VLAN 20 gets that asks now; "no answer" without one.
    [[nodiscard]] QString asked() {
        const QString out = m_lab.path(QStringLiteral("asked-%1").arg(++m_client));
        const QString script = out + QStringLiteral(".sh");
        lab::writeFile(script, "#!/bin/sh\n[ \"$1\" = bound ] && echo \"ntp=$ntpsrv\" >" + out.toUtf8() + "\nexit 0\n");
        QFile::setPermissions(script, QFile::ReadOwner | QFile::ExeOwner);
        (void)m_lab.runIn(QStringLiteral("cl20"), QStringLiteral("udhcpc"),
                          {"-f", "-q", "-n", "-i", "v-cl", "-s", script, "-O", "ntpsrv", "-t", "5", "-T", "1"});
        QFile file(out);
        if (!file.open(QIODevice::ReadOnly)) return QStringLiteral("no answer");
        return QString::fromUtf8(file.readAll().trimmed().mid(4));
    }

    std::unique_ptr<lab::Daemon> process;

   private:
    const lab::Lab& m_lab;
    const QString m_directory;
    int m_client = 0;
};

}  // namespace fos1::dhcp
