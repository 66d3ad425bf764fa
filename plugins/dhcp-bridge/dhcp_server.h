// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps one DHCP server as the offers say: after each change of them, at each poll, and as soon as a server that was
// away returns. Must not know the server's own form, topics, or what is reported.
#pragma once

#include <QTimer>
#include <functional>
#include <memory>
#include <optional>

#include "dhcp_backend.h"
#include "retry_pace.h"

namespace fos1::dhcp {

class DhcpServer final : public QObject {
    Q_OBJECT

   public:
    using milliseconds = std::chrono::milliseconds;

    DhcpServer(QString name, std::unique_ptr<DhcpBackend> backend, milliseconds pollEach);

    /// Applies the offers now, or after the call under way. The server is first contacted with the first offers.
    void apply(const std::shared_ptr<const Offers>& offers);
    /// Applies the offers once more, or nothing if they are null, and then leaves the server alone.
    void stop(const std::shared_ptr<const Offers>& last, std::function<void(const QString& problem)> done);

    [[nodiscard]] const QString& name() const { return m_name; }
    /// Whether the server tells what the newest offers say, as far as we know.
    [[nodiscard]] bool isSettled() const { return m_isSettled; }

   Q_SIGNALS:
    /// `isRepair`: others had changed what we had set.
    void applied(const fos1::dhcp::Applied& result, bool isRepair);
    void failed(const fos1::Error& error);

   private:
    void run();
    void ended(const std::shared_ptr<const Offers>& offers, const Result<Applied>& result);
    void leave(const QString& problem);

    const QString m_name;
    const milliseconds m_pollEach;
    std::shared_ptr<const Offers> m_offers;
    std::shared_ptr<const Offers> m_inForce;  ///< the offers that the server was last known to tell
    bool m_isRunning = false;
    bool m_isSettled = false;
    std::optional<std::function<void(const QString&)>> m_leaving;
    bridge::RetryPace m_retry;
    QString m_failure;  ///< the last one; it is logged once
    QTimer m_next;
    std::unique_ptr<DhcpBackend> m_backend;
};

}  // namespace fos1::dhcp
