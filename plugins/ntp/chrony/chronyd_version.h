// SPDX-License-Identifier: GPL-2.0-or-later
// Asks the chronyd executable what it is. Knows no configuration.
#pragma once

#include <QDateTime>
#include <QObject>
#include <functional>

#include "core/materials.h"
#include "fos1/result.h"

namespace fos1::ntp {

/// From the text of `chronyd --version`: "chronyd (chrony) version 4.3 (+CMDMON ... +NTS +SECHASH ...)".
[[nodiscard]] Result<ChronyVersion> chronyVersion(const QByteArray& text);

class ChronydVersion final : public QObject {
    Q_OBJECT
   public:
    using Completion = std::function<void(const Result<ChronyVersion>&)>;

    explicit ChronydVersion(QString chronyd, QObject* parent = nullptr)
        : QObject(parent), m_chronyd(std::move(chronyd)) {}

    /// Answers once, from the event loop, within some seconds. A later call takes the place of an earlier one. The
    /// executable is not run again while it is the same file.
    void ask(Completion completion);

   private:
    const QString m_chronyd;
    quint64 m_call = 0;
    QDateTime m_knownModified;  ///< of the executable that is `m_known`
    std::optional<ChronyVersion> m_known;
};

}  // namespace fos1::ntp
