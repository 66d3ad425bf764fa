// SPDX-License-Identifier: GPL-2.0-or-later
// The headers that nearly every file needs; keep it tight, each one is read by every build.
#pragma once

#include <QByteArray>
#include <QCborArray>
#include <QCborMap>
#include <QHash>
#include <QList>
#include <QLoggingCategory>
#include <QObject>
#include <QString>
#include <QTimer>
#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>
