// SPDX-License-Identifier: GPL-2.0-or-later
// Which threads of a process a plugin answers for.
#pragma once

#include <QString>

namespace fos1::runner {

/// Whether Qt itself started the thread, once for the whole process: of its pools, which exit after some idle time, and
/// the one that asks libproxy when the first socket of QtNetwork is opened. `name` as in proc(5), comm: 15 bytes.
inline bool isQtsOwnThread(const QString& name) {
    return name == QLatin1String("Thread (pooled)") || name == QLatin1String("QLibProxyWrappe");
}

}  // namespace fos1::runner
