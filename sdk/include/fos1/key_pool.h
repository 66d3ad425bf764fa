// SPDX-License-Identifier: MIT
// Stores once what thousands of keys have in common. Inline; not thread-safe.
#pragma once

#include <QSet>

#include "fos1/desired.h"

namespace fos1 {

class KeyPool {
   public:
    [[nodiscard]] QString shared(const QString& word) { return *m_words.insert(word); }

    /// An equal key in which only the name has memory of its own.
    [[nodiscard]] ObjectKey shared(const ObjectKey& key) {
        return {shared(key.apiVersion), shared(key.kind), shared(key.ns), key.name};
    }

   private:
    QSet<QString> m_words;
};

}  // namespace fos1
