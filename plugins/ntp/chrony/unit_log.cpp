// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/unit_log.h"

#include <systemd/sd-journal.h>

#include <cstring>
#include <ctime>

#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcUnitLog, "ntp.unitlog")

constexpr std::chrono::seconds kPatience{1};
/// A journal on a network file system tells nobody of its changes (sd_journal_reliable_fd(3)).
constexpr std::chrono::seconds kAtLeast{10};
constexpr std::size_t kPrefix = std::char_traits<char>::length("MESSAGE=");

}  // namespace

struct UnitLog::Journal {
    explicit Journal(const QString& of) : unit(of.toUtf8()) {}
    ~Journal() {
        if (handle) sd_journal_close(handle);
    }
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// A descriptor to wait for, or the negative number of an error.
    int open() {
        if (handle) sd_journal_close(handle);
        handle = nullptr;
        int result = sd_journal_open(&handle, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        if (result < 0) return result;
        // journald itself sets this field: nobody else can write for the unit.
        const QByteArray match = "_SYSTEMD_UNIT=" + unit;
        result = sd_journal_add_match(handle, match.constData(), static_cast<std::size_t>(match.size()));
        if (result < 0) return result;
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        // Not to the tail, from which nothing leads on while there is no entry of the unit.
        result = sd_journal_seek_realtime_usec(
            handle, static_cast<quint64>(now.tv_sec) * 1'000'000 + static_cast<quint64>(now.tv_nsec) / 1000);
        return result < 0 ? result : sd_journal_get_fd(handle);
    }

    /// At most kMostLines; whether there may be more.
    bool read(QStringList& lines) {
        if (!handle) return false;
        (void)sd_journal_process(handle);
        for (int i = 0; i < kMostLines; ++i) {
            if (sd_journal_next(handle) <= 0) return false;
            const void* data = nullptr;
            std::size_t size = 0;
            if (sd_journal_get_data(handle, "MESSAGE", &data, &size) < 0 || size < kPrefix) continue;
            const auto length = std::min<qsizetype>(static_cast<qsizetype>(size - kPrefix), ChronydLog::kLongestLine);
            lines += log.feed(QByteArray(static_cast<const char*>(data) + kPrefix, length) + '\n');
        }
        return true;
    }

    const QByteArray unit;
    sd_journal* handle = nullptr;
    ChronydLog log;
};

UnitLog::UnitLog(const QString& unit)
    : m_journal(std::make_shared<Journal>(unit)), m_worker("fos1-journal", kPatience, Worker::WhenIdle::Ends) {
    m_later.setSingleShot(true);
    connect(&m_later, &QTimer::timeout, this, &UnitLog::read);
    m_worker.post([this, journal = m_journal]() -> Worker::Answer {
        const int descriptor = journal->open();
        const QString why = descriptor < 0 ? QString::fromLocal8Bit(std::strerror(-descriptor)) : QString();
        return [this, descriptor, why] { onOpened(descriptor, why); };
    });
}

UnitLog::~UnitLog() = default;

void UnitLog::onOpened(int descriptor, const QString& why) {
    if (descriptor < 0) {
        qCWarning(lcUnitLog).noquote() << "the journal cannot be read, so chronyd's log is not known:" << why;
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &UnitLog::read);
    read();
}

void UnitLog::read() {
    m_later.stop();
    if (std::exchange(m_isReading, true)) return;
    m_notifier->setEnabled(false);
    m_worker.post([this, journal = m_journal]() -> Worker::Answer {
        QStringList lines;
        const bool hasMore = journal->read(lines);
        return [this, lines, hasMore] { onRead(lines, hasMore); };
    });
}

void UnitLog::onRead(const QStringList& lines, bool hasMore) {
    m_isReading = false;
    for (const QString& line : lines) Q_EMIT logged(line);
    if (hasMore) return read();
    m_notifier->setEnabled(true);
    m_later.start(kAtLeast);
}

}  // namespace fos1::ntp
