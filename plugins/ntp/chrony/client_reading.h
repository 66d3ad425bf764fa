// SPDX-License-Identifier: GPL-2.0-or-later
// Reads chronyd's whole client log once. Holds nothing of it and knows no client: each page is passed on.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>

#include "candm/chrony_client.h"
#include "core/server_facts.h"

namespace fos1::ntp {

class ClientReading final : public QObject {
    Q_OBJECT
   public:
    struct End {
        bool isLogged = true;    ///< false: chronyd keeps no log (`noclientlog`)
        bool isComplete = true;  ///< false: the time was up before the end
    };
    /// At most eight records; called from the event loop, once per page. One page is requested after the other, so that
    /// the loop gets its turn between them and no other request to chronyd waits for more than one.
    using OnPage = std::function<void(const std::vector<ClientRecord>&)>;
    /// Called once, from the event loop, after the last page. Errors: those of ChronyClient::request(), or Timeout when
    /// `patience` is over before the first page. The object deletes itself afterwards.
    using Completion = std::function<void(const Result<End>&)>;

    /// Starts at once. `client` outlives the object.
    ClientReading(ChronyClient& client, std::chrono::milliseconds patience, OnPage onPage, Completion completion,
                  QObject* parent);

   private:
    void request(quint32 first);
    void complete(const Result<End>& result);

    ChronyClient& m_client;
    OnPage m_onPage;
    Completion m_completion;  ///< null once it was called
    QTimer m_patience;
    bool m_hasPage = false;
};

}  // namespace fos1::ntp
