// SPDX-License-Identifier: GPL-2.0-or-later
#include "leaving.h"

#include <chrono>
#include <utility>

namespace fos1::bridge {

namespace {

/// The host waits 2 s for a plugin.
constexpr std::chrono::milliseconds kDeadline{1800};

}  // namespace

Leaving::Leaving() {
    m_deadline.setSingleShot(true);
    QObject::connect(&m_deadline, &QTimer::timeout, &m_deadline, [this] {
        for (const QString& each : m_staying) m_problems.append(each + QStringLiteral(": no answer in time"));
        complete();
    });
}

void Leaving::begin(std::set<QString> targets, Done done) {
    m_hasBegun = true;
    m_staying = std::move(targets);
    m_done = std::move(done);
    if (m_staying.empty())
        complete();
    else
        m_deadline.start(kDeadline);
}

void Leaving::left(const QString& target, const QString& problem) {
    if (m_staying.erase(target) == 0) return;
    if (!problem.isEmpty()) m_problems.append(target + QStringLiteral(": ") + problem);
    if (m_staying.empty()) complete();
}

void Leaving::complete() {
    m_deadline.stop();
    m_staying.clear();
    if (const Done done = std::exchange(m_done, nullptr)) done(m_problems);
}

}  // namespace fos1::bridge
