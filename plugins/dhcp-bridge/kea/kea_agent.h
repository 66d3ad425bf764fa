// SPDX-License-Identifier: GPL-2.0-or-later
// A Kea server behind a control agent (Kea ARM, "The Kea Control Agent"), or with an HTTP control socket of its own:
// one POST for each command, over HTTP/1.1 and, if the URL says so, TLS. Follows no redirection and uses no proxy.
#pragma once

#include <QNetworkAccessManager>
#include <QNetworkReply>

#include "kea/agent_access.h"
#include "kea/kea_channel.h"

namespace fos1::dhcp {

class KeaAgent final : public KeaChannel {
    Q_OBJECT

   public:
    /// `service`: what the agent calls the server.
    KeaAgent(AgentAccess access, QByteArray service);
    ~KeaAgent() override;

    [[nodiscard]] QByteArray service() const override { return m_service; }

   private:
    void send(const QByteArray& command) override;
    void drop() override;
    Result<void> post(const QByteArray& command);
    void read();
    void finished();
    [[nodiscard]] QString wordsOf(const QList<QSslError>& errors) const;
    void explainNetworkError();

    const AgentAccess m_access;
    const QByteArray m_service;
    QNetworkAccessManager m_network;
    AgentCredentials m_credentials;  ///< for which m_tls was made
    std::optional<QSslConfiguration> m_tls;
    QString m_tlsProblem;
    QNetworkReply* m_reply = nullptr;  ///< of the command under way
};

}  // namespace fos1::dhcp
