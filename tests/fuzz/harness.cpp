// SPDX-License-Identifier: GPL-2.0-or-later
// The functions that libFuzzer (or driver.cpp in its place) calls.
#include <QCoreApplication>
#include <cstdio>
#include <cstdlib>

#include "fuzz.h"

namespace fos1::fuzz {

void broken(const char* claim, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
    std::abort();
}

std::vector<QByteArray> pieces(const QByteArray& input) {
    std::vector<QByteArray> result;
    qsizetype size = 1;
    for (qsizetype at = 0; at < input.size(); at += size, size = size % 7 + 1) result.push_back(input.mid(at, size));
    return result;
}

std::vector<QByteArray> records(const QByteArray& input) {
    std::vector<QByteArray> result;
    for (qsizetype at = 0; at + 2 <= input.size();) {
        const auto low = static_cast<unsigned char>(input[at]);
        const auto high = static_cast<unsigned char>(input[at + 1]);
        result.push_back(input.mid(at + 2, low | high << 8));
        at += 2 + (low | high << 8);
    }
    return result;
}

}  // namespace fos1::fuzz

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    // Notifiers and timers of the tested code need one; it lives as long as the process.
    static QCoreApplication app(*argc, *argv);
    qInstallMessageHandler([](QtMsgType type, const QMessageLogContext&, const QString& text) {
        if (type == QtFatalMsg) std::fprintf(stderr, "%s\n", qPrintable(text));
    });
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fos1::fuzz::runOne(QByteArray(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size)));
    return 0;
}
