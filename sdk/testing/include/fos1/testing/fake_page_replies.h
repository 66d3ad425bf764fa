// SPDX-License-Identifier: MIT
// Receives a plugin's pages and checks them as the host does.
#pragma once

#include <map>
#include <optional>

#include "fos1/features/pages.h"
#include "fos1/testing/call_guard.h"

namespace fos1::testing {

class FakePageReplies final : public IPageReplies {
   public:
    /// `guard` outlives the object.
    explicit FakePageReplies(CallGuard& guard) : m_guard(guard) {}

    int reply(quint64 ticket, const QCborMap& document) override;

    /// The last reply to `ticket`; nothing until there is one.
    [[nodiscard]] std::optional<QCborMap> document(quint64 ticket) const;
    /// What is wrong with invalid replies.
    [[nodiscard]] const QStringList& mistakes() const { return m_mistakes; }

   private:
    CallGuard& m_guard;
    std::map<quint64, QCborMap> m_documents;
    QStringList m_mistakes;
};

}  // namespace fos1::testing
