// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps what is known of this node's NTS server: the certificate that was given to chronyd, and whether a client gets
// it. Knows neither how chronyd runs nor resources.
#pragma once

#include <QObject>
#include <optional>

#include "core/nts_facts.h"
#include "model/ntp_service_spec.h"
#include "security/nts_probe.h"
#include "security/own_addresses.h"

namespace fos1::ntp {

class NtsWatch final : public QObject {
    Q_OBJECT
   public:
    /// `own` outlives the watch.
    explicit NtsWatch(const OwnAddresses& own, QObject* parent = nullptr);

    /// What is wanted now; nothing: no NTS. What was found by a probe stays while the certificate does.
    void watch(const std::optional<NtsFacts>& facts);

    /// chronyd runs with these rules: asks it as a client that it would answer, a few times until it does. chronyd
    /// closes the port for addresses that may not ask, so without any of our own among the others nothing is tried.
    void probe(const std::vector<AccessRule>& access, const NtpServiceSpec& spec);
    void cancel();

    [[nodiscard]] const std::optional<NtsFacts>& facts() const { return m_facts; }

    /// A client was given the certificate, or no address of ours may ask, so that nobody can know better.
    [[nodiscard]] bool isServed() const {
        return m_facts && m_facts->problem.isEmpty() &&
               (m_facts->probe == ProbeOutcome::Served || m_facts->probe == ProbeOutcome::NotTried);
    }

   Q_SIGNALS:
    void changed();

   private:
    void ask();
    void conclude(ProbeOutcome outcome, const QString& problem);

    const OwnAddresses& m_own;
    std::optional<NtsFacts> m_facts;
    NtsProbe m_probe;
    QTimer m_again;
    QString m_address;
    quint16 m_port = 0;
    int m_tries = 0;
};

}  // namespace fos1::ntp
