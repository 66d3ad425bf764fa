// SPDX-License-Identifier: GPL-2.0-or-later
// A page of lines, each a name and what there is to say. Knows no meaning.
#pragma once

#include <QString>

namespace fos1::ctl {

class TextPage {
   public:
    /// Nothing to say is no line.
    void line(const char* label, const QString& value) {
        if (value.isEmpty()) return;
        m_text += QStringLiteral("  ") + QString::fromLatin1(label).leftJustified(13) + value + u'\n';
    }
    [[nodiscard]] QString text() const { return m_text; }

   private:
    QString m_text;
};

}  // namespace fos1::ctl
