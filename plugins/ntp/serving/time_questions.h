// SPDX-License-Identifier: GPL-2.0-or-later
// Asks addresses for the time as an NTP client does (RFC 5905, figure 8; mode 3) and reports what reference the answers
// name. Knows no chronyd.
#pragma once

#include <QObject>
#include <QTimer>
#include <QUdpSocket>
#include <map>
#include <memory>
#include <vector>

#include "model/addresses.h"

namespace fos1::ntp {

/// Of an answer, what tells one server from another.
struct TimeReference {
    int leap = 0;  ///< 3: not synchronised
    int stratum = 0;
    quint32 refId = 0;
    qint64 updatedNs = 0;  ///< reference timestamp, since 1970; 0: none
    bool operator==(const TimeReference&) const = default;
};

/// From a packet that answers a request with this nonce as its transmit timestamp; nothing when it does not.
[[nodiscard]] std::optional<TimeReference> readAnswer(const QByteArray& packet, quint64 nonce);

class TimeQuestions final : public QObject {
    Q_OBJECT
   public:
    /// An answer of this machine's own is there within a millisecond.
    static constexpr std::chrono::milliseconds kPatience{500};

    explicit TimeQuestions(QObject* parent = nullptr);
    ~TimeQuestions() override;

    /// One request to each. Further requests wait until finished().
    void ask(const std::vector<IpAddress>& addresses, quint16 port);
    void cancel();
    [[nodiscard]] bool isAsking() const { return !m_asked.empty(); }

   Q_SIGNALS:
    void answered(const fos1::ntp::IpAddress& address, const fos1::ntp::TimeReference& reference);
    /// No answer within kPatience, or the request could not be sent; `why` is the end of "192.0.2.1 ...".
    void unanswered(const fos1::ntp::IpAddress& address, const QString& why);
    /// Every address was reported.
    void finished();

   private:
    void read(QUdpSocket& socket);
    [[nodiscard]] QUdpSocket& socketOf(AddressFamily family);
    void finishIfDone();

    std::map<IpAddress, quint64> m_asked;  ///< with the nonce
    std::unique_ptr<QUdpSocket> m_inet4;
    std::unique_ptr<QUdpSocket> m_inet6;
    quint16 m_port = 0;
    QTimer m_patience;
};

}  // namespace fos1::ntp
