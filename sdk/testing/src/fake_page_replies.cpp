// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_page_replies.h"

#include "fos1/page.h"
#include "status_code.h"

namespace fos1::testing {

int FakePageReplies::reply(quint64 ticket, const QCborMap& document) {
    if (!m_guard.admits("pages.reply")) return code(Status::WrongThread);
    m_documents[ticket] = document;
    const auto good = page::check(document);
    if (good) return code(Status::Ok);
    m_mistakes.append(good.error().text());
    return code(fitsEncoded(document, page::kMaxBytes) ? Status::InvalidArgument : Status::TooLarge);
}

std::optional<QCborMap> FakePageReplies::document(quint64 ticket) const {
    const auto found = m_documents.find(ticket);
    return found == m_documents.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace fos1::testing
