// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a reply without end, as they arrive.
#pragma once

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <memory>

#include "api_client.h"
#include "line_splitter.h"

namespace fos1::kube {

class ApiStream : public QObject, private TransferUser {
    Q_OBJECT
   public:
    /// The longest accepted line.
    static constexpr qsizetype kMaxLine = 16 << 20;

    ~ApiStream() override;

   Q_SIGNALS:
    /// The reply's status is 200.
    void opened();
    void line(const QByteArray& text);
    /// Emitted once. Status 200 without a problem: the stream ended normally.
    void ended(const fos1::kube::ApiReply& reply);

   private:
    friend class ApiClient;
    ApiStream(ApiClient& client, ApiRequest request, std::chrono::milliseconds silence, QObject* parent);
    void begin();
    void onHead(int status) override;
    void onData(const QByteArray& data) override;
    void onEnd(const HttpEnd& end) override;
    void finish(const ApiReply& reply);

    QPointer<ApiClient> m_client;
    ApiRequest m_request;
    std::chrono::milliseconds m_silence;
    std::unique_ptr<Transfer> m_transfer;
    QTimer m_patience;
    LineSplitter m_lines{kMaxLine};
    int m_repeats = 0;
    bool m_isOpen = false;
    bool m_hasEnded = false;
};

}  // namespace fos1::kube
