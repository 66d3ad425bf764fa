// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/client_reading.h"

namespace fos1::ntp {

ClientReading::ClientReading(ChronyClient& client, std::chrono::milliseconds patience, OnPage onPage,
                             Completion completion, QObject* parent)
    : QObject(parent), m_client(client), m_onPage(std::move(onPage)), m_completion(std::move(completion)) {
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        if (m_hasPage) return complete(End{true, false});
        complete(failure(ErrorCode::Timeout, QStringLiteral("chronyd does not answer")));
    });
    m_patience.start(patience);
    request(0);
}

void ClientReading::request(quint32 first) {
    m_client.request(candm::clientsRequest(first), this, [this, first](const Result<candm::Reply>& reply) {
        if (!m_completion) return;
        const Result<candm::ClientPage> page = reply.and_then(&candm::clientPage);
        if (!page) return complete(tl::unexpected<Error>(page.error()));
        if (!page->isLogged) return complete(End{false, true});
        m_hasPage = true;
        m_onPage(page->clients);
        // A page that does not lead forward would be read forever.
        if (page->next && *page->next > first) return request(*page->next);
        complete(End{true, true});
    });
}

void ClientReading::complete(const Result<End>& result) {
    m_patience.stop();
    const Completion completion = std::exchange(m_completion, nullptr);
    if (completion) completion(result);
    deleteLater();
}

}  // namespace fos1::ntp
