// SPDX-License-Identifier: GPL-2.0-or-later
// Asks chronyd itself whether it accepts a configuration file (chronyd -p: syntax only, no devices, no sockets).
#pragma once

#include <QObject>
#include <QProcess>
#include <QTimer>
#include <functional>

#include "fos1/result.h"

namespace fos1::ntp {

class ConfigCheck final : public QObject {
    Q_OBJECT

   public:
    using Completion = std::function<void(const tl::expected<void, Error>&)>;

    explicit ConfigCheck(QString chronyd, QObject* parent = nullptr);

    /// Checks `file`, and removes it afterwards; one check at a time. Errors: InvalidInput with chronyd's words, Io
    /// when chronyd cannot be run, Timeout after 5 s. `completion` is called once, from the event loop.
    void run(const QString& file, Completion completion);

    /// Ends a check under way; its completion is not called.
    void cancel();

   private:
    void finish(const tl::expected<void, Error>& result);
    void abandonProcess();

    const QString m_chronyd;
    QString m_file;
    QProcess* m_process = nullptr;  ///< of the check under way; our child
    QTimer m_timeout;
    Completion m_completion;
};

}  // namespace fos1::ntp
