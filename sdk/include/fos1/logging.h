// SPDX-License-Identifier: MIT
// Logging of plugins: Qt categories named fos1.<plugin>.<part>, text in key=value form. Never log a secret.
#pragma once

#include <QLoggingCategory>

/// FOS1_LOG(lcEngine, "hello.engine") defines a category for one file; use with qCInfo(lcEngine).noquote() << "…".
#define FOS1_LOG(name, part) Q_LOGGING_CATEGORY(name, "fos1." part, QtInfoMsg)
