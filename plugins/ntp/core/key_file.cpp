// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/key_file.h"

#include <QByteArrayList>

namespace fos1::ntp {

namespace {

/// Number -> line, of a file that keyFile() made.
std::map<qint64, QByteArray> linesOf(const QByteArray& file) {
    std::map<qint64, QByteArray> lines;
    for (const QByteArray& line : file.split('\n'))
        if (!line.isEmpty()) lines.emplace(line.split(' ').first().toLongLong(), line);
    return lines;
}

QByteArray joined(const std::map<qint64, QByteArray>& lines) {
    QByteArray text;
    for (const auto& [id, line] : lines) text += line + '\n';
    return text;
}

}  // namespace

QByteArray keyFile(const AuthenticationSpec& authentication, const std::map<qint64, QByteArray>& keys) {
    if (!authentication.enabled) return {};
    std::map<qint64, QByteArray> lines;
    for (const KeySpec& key : authentication.keys)
        if (const auto bytes = keys.find(key.id); bytes != keys.end())
            lines.emplace(key.id, QByteArray::number(key.id) + ' ' + key.type.toLatin1() +
                                      " HEX:" + bytes->second.toHex().toUpper());
    return joined(lines);
}

std::vector<qint64> keyNumbersOf(const QByteArray& file) {
    std::vector<qint64> numbers;
    for (const auto& [id, line] : linesOf(file)) numbers.push_back(id);
    return numbers;
}

std::vector<qint64> changedKeys(const QByteArray& before, const QByteArray& after) {
    const std::map<qint64, QByteArray> old = linesOf(before);
    std::vector<qint64> numbers;
    for (const auto& [id, line] : linesOf(after))
        if (const auto had = old.find(id); had == old.end() || had->second != line) numbers.push_back(id);
    return numbers;
}

QByteArray withKeysOf(const QByteArray& wanted, const QByteArray& current) {
    std::map<qint64, QByteArray> lines = linesOf(wanted);
    lines.merge(linesOf(current));
    return joined(lines);
}

}  // namespace fos1::ntp
