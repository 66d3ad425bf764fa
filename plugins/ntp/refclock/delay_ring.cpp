// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/delay_ring.h"

#include <algorithm>
#include <cmath>

namespace fos1::ntp {

using std::chrono::nanoseconds;

void DelayRing::hear(const std::optional<DelayReference>& reference) {
    m_reference = reference;
    if (!reference || reference->name == m_against) return;
    m_against = reference->name;
    m_count = 0;
    m_boundNs = 0;
}

void DelayRing::add(qint64 unixNs, const Arrival& arrival) {
    if (!m_reference) return;
    m_delays[m_count++ % kMost] = {arrival.rawNs, arrival.realNs - m_reference->time.clockOffsetAt(arrival) - unixNs};
    m_boundNs = std::max(m_boundNs, m_reference->time.boundNs);
}

std::optional<DelayFacts> DelayRing::facts() const {
    const std::size_t count = std::min(m_count, kMost);
    if (count < kFewest) return {};
    qint64 sum = 0;
    qint64 least = m_delays[0].ns;
    qint64 most = least;
    qint64 first = m_delays[0].rawNs;
    qint64 last = first;
    for (std::size_t i = 0; i < count; ++i) {
        sum += m_delays[i].ns;
        least = std::min(least, m_delays[i].ns);
        most = std::max(most, m_delays[i].ns);
        first = std::min(first, m_delays[i].rawNs);
        last = std::max(last, m_delays[i].rawNs);
    }
    DelayFacts facts;
    const qint64 mean = sum / static_cast<qint64>(count);
    facts.histogram.resize(kParts);
    double squares = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto distance = static_cast<double>(m_delays[i].ns - mean);
        squares += distance * distance;
        const qint64 part = most == least ? 0 : (m_delays[i].ns - least) * kParts / (most - least);
        ++facts.histogram[static_cast<std::size_t>(std::min<qint64>(part, kParts - 1))];
    }
    facts.against = m_against;
    facts.count = static_cast<int>(count);
    facts.span = std::chrono::floor<std::chrono::seconds>(nanoseconds(last - first));
    facts.mean = nanoseconds(mean);
    facts.deviation = nanoseconds(std::llround(std::sqrt(squares / static_cast<double>(count))));
    facts.least = nanoseconds(least);
    facts.most = nanoseconds(most);
    facts.bound = nanoseconds(m_boundNs);
    return facts;
}

}  // namespace fos1::ntp
