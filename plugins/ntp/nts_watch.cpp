// SPDX-License-Identifier: GPL-2.0-or-later
#include "nts_watch.h"

#include "core/access_table.h"

namespace fos1::ntp {

namespace {
constexpr int kMostTries = 5;
constexpr std::chrono::milliseconds kBetweenTries{500};
}  // namespace

NtsWatch::NtsWatch(const OwnAddresses& own, QObject* parent) : QObject(parent), m_own(own) {
    m_again.setSingleShot(true);
    m_again.setInterval(kBetweenTries);
    connect(&m_again, &QTimer::timeout, this, &NtsWatch::ask);
}

void NtsWatch::watch(const std::optional<NtsFacts>& facts) {
    const bool isSame = m_facts && facts && m_facts->sha256 == facts->sha256 && facts->problem.isEmpty();
    const std::optional<NtsFacts> before = std::exchange(m_facts, facts);
    if (isSame) {
        m_facts->probe = before->probe;
        m_facts->probeProblem = before->probeProblem;
    } else {
        cancel();
    }
    if (m_facts != before) Q_EMIT changed();
}

void NtsWatch::probe(const std::vector<AccessRule>& access, const NtpServiceSpec& spec) {
    cancel();
    if (!m_facts || !m_facts->problem.isEmpty()) return;
    const std::vector<IpAddress> addresses =
        spec.server.bindAddresses.empty() ? m_own.inet4(spec.server.bindDevice) : spec.server.bindAddresses;
    const auto answered = std::find_if(addresses.begin(), addresses.end(), [&](const IpAddress& address) {
        return decide(access, address) == Permission::Allow;
    });
    if (answered == addresses.end()) {
        conclude(ProbeOutcome::NotTried, QStringLiteral("no address of this node is allowed, so no check was made"));
        return;
    }
    m_address = answered->text();
    m_port = spec.nts.port;
    m_tries = 0;
    ask();
}

void NtsWatch::cancel() {
    m_again.stop();
    m_probe.cancel();
}

void NtsWatch::ask() {
    ++m_tries;
    m_probe.run(m_address, m_port, [this](const Result<QByteArray>& digest) {
        if (!m_facts) return;
        if (digest && *digest == m_facts->sha256) return conclude(ProbeOutcome::Served, {});
        if (m_tries < kMostTries) return m_again.start();
        conclude(ProbeOutcome::Failed,
                 QStringLiteral("%1 port %2: %3")
                     .arg(m_address)
                     .arg(m_port)
                     .arg(digest ? QStringLiteral("another certificate is served") : digest.error().text()));
    });
}

void NtsWatch::conclude(ProbeOutcome outcome, const QString& problem) {
    m_facts->probe = outcome;
    m_facts->probeProblem = problem;
    Q_EMIT changed();
}

}  // namespace fos1::ntp
