// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/config_text.h"

#include <cstdlib>

namespace fos1::ntp {

QByteArray decimalSeconds(std::chrono::nanoseconds time) {
    constexpr qint64 kPerSecond = 1'000'000'000;
    const qint64 count = time.count();
    const qint64 fraction = std::abs(count % kPerSecond);
    QByteArray text = (count < 0 ? "-" : "") + QByteArray::number(std::abs(count / kPerSecond));
    if (fraction == 0) return text;
    text += '.' + QByteArray::number(fraction).rightJustified(9, '0');
    while (text.endsWith('0')) text.chop(1);
    return text;
}

QByteArray option(const char* name, const std::optional<int>& value) {
    return value ? QByteArray(name) + ' ' + QByteArray::number(*value) : QByteArray();
}
QByteArray option(const char* name, const std::optional<double>& value) {
    return value ? QByteArray(name) + ' ' + QByteArray::number(*value, 'g', 12) : QByteArray();
}
QByteArray option(const char* name, const std::optional<std::chrono::nanoseconds>& value) {
    return value ? QByteArray(name) + ' ' + decimalSeconds(*value) : QByteArray();
}
QByteArray flag(const char* name, bool set) { return set ? QByteArray(name) : QByteArray(); }

void ConfigText::line(std::initializer_list<QByteArray> words) {
    QByteArray text;
    for (const QByteArray& word : words)
        if (!word.isEmpty()) text += (text.isEmpty() ? "" : " ") + word;
    m_text += text + '\n';
}

}  // namespace fos1::ntp
