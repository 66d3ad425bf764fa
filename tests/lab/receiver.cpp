// SPDX-License-Identifier: GPL-2.0-or-later
#include "receiver.h"

#include <QRandomGenerator>
#include <chrono>

#include "receiver_ubx.h"

namespace fos1::lab {

namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr qsizetype kPiece = 8;  ///< as many bytes as a UART collects
constexpr int kBitsOfAByte = 10;

void sleepUntilMs(qint64 unixMs) { std::this_thread::sleep_until(system_clock::time_point(milliseconds(unixMs))); }

QDateTime utc(qint64 unixMs) { return QDateTime::fromMSecsSinceEpoch(unixMs, Qt::UTC); }

QByteArray withWrongChecksums(QByteArray bytes) {
    for (qsizetype at = bytes.indexOf('*'); at >= 0; at = bytes.indexOf('*', at + 1))
        bytes[at + 1] = bytes[at + 1] == '0' ? '1' : '0';
    return bytes;
}

}  // namespace

Receiver::Receiver(const Playing& playing, Copy copy) : m_copy(std::move(copy)), m_playing(playing) {
    plugIn();
    m_thread = std::thread([this] { run(); });
}

Receiver::~Receiver() {
    m_isDone = true;
    m_thread.join();
}

void Receiver::play(const Playing& playing) {
    const std::lock_guard lock(m_mutex);
    m_playing = playing;
}

Playing Receiver::playing() const {
    const std::lock_guard lock(m_mutex);
    return m_playing;
}

void Receiver::unplug() {
    const std::lock_guard lock(m_mutex);
    m_pty.reset();
}

void Receiver::plugIn() {
    const std::lock_guard lock(m_mutex);
    m_pty = std::make_unique<ReceiverPty>();
    m_device = m_pty->device();
}

void Receiver::run() {
    while (!m_isDone) {
        const qint64 now = system_clock::now().time_since_epoch() / milliseconds(1);
        const Playing wanted = playing();
        if (wanted.fault == ReceiverFault::TenHertz)
            playWithoutPause(wanted);
        else
            playSecond(wanted, now / 1000 + 1);
    }
}

/// Ten times a second, as far as the line carries it: what it cannot carry is dropped.
void Receiver::playWithoutPause(const Playing& playing) {
    constexpr qint64 kTenth = 100;
    const qint64 now = system_clock::now().time_since_epoch() / milliseconds(1);
    const qint64 tenth = std::max(now / kTenth, m_lastTenth + 1);
    sleepUntilMs(tenth * kTenth);
    m_lastTenth = tenth;
    Report report;
    report.maker = playing.maker;
    report.time = utc(tenth * kTenth + playing.shiftSeconds * 1000);
    send(burst(report), playing.baud);
}

void Receiver::playSecond(const Playing& playing, qint64 second) {
    const int jitter =
        playing.jitterMs == 0 ? 0 : QRandomGenerator::global()->bounded(-playing.jitterMs, playing.jitterMs + 1);
    sleepUntilMs(second * 1000 + playing.latencyMs + jitter);
    Report report;
    report.maker = playing.maker;
    report.hasFix = playing.fault != ReceiverFault::NoFix;
    report.time = utc((second + playing.shiftSeconds) * 1000);
    if (playing.fault != ReceiverFault::Frozen) m_frozenAt = report.time.toMSecsSinceEpoch();
    const auto random = [] { return static_cast<char>(QRandomGenerator::global()->bounded(256)); };
    QByteArray bytes;
    switch (playing.fault) {
        case ReceiverFault::None:
        case ReceiverFault::NoFix: bytes = burst(report); break;
        case ReceiverFault::WrongChecksums: bytes = withWrongChecksums(burst(report)); break;
        case ReceiverFault::HalfSentences:
            for (const QByteArray& line : burst(report).split('\n')) bytes += line.left(line.size() / 2);
            break;
        case ReceiverFault::Garbage:
            for (int i = 0; i < 400; ++i) bytes += random();
            break;
        case ReceiverFault::Frozen:
            report.time = utc(m_frozenAt);
            bytes = burst(report);
            break;
        case ReceiverFault::TenHertz:  // playWithoutPause()
        case ReceiverFault::Silent: break;
    }
    send(bytes, playing.baud);
    constexpr qint64 kBusyFrom = 950;  // it prepares the next burst
    answerUntil(second * 1000 + kBusyFrom, playing);
}

/// A request at a time, each of 8 bytes.
void Receiver::answerUntil(qint64 unixMs, const Playing& playing) {
    constexpr qsizetype kRequest = 8;
    constexpr milliseconds kPause(10);
    const auto end = system_clock::time_point(milliseconds(unixMs));
    QByteArray requests;
    for (; !m_isDone && system_clock::now() < end; std::this_thread::sleep_for(kPause)) {
        {
            const std::lock_guard lock(m_mutex);
            if (m_pty) requests += m_pty->read();
        }
        for (; requests.size() >= kRequest; requests = requests.mid(kRequest)) {
            const QByteArray answer = ubxAnswer(requests.left(kRequest), playing.leapSource);
            if (answer.isEmpty()) {
                const std::lock_guard lock(m_mutex);
                m_otherRequests += requests.left(kRequest);
                continue;
            }
            ++m_answered;
            send(answer, playing.baud);
        }
    }
}

void Receiver::send(const QByteArray& bytes, int baud) {
    auto at = system_clock::now();
    for (qsizetype each = 0; each < bytes.size() && !m_isDone; each += kPiece) {
        {
            const std::lock_guard lock(m_mutex);
            if (m_pty) m_pty->write(bytes.mid(each, kPiece));
            if (m_copy) m_copy(bytes.mid(each, kPiece));
        }
        at += std::chrono::microseconds(qint64{1'000'000} * kPiece * kBitsOfAByte / baud);
        std::this_thread::sleep_until(at);
    }
}

}  // namespace fos1::lab
