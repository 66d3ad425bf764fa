// SPDX-License-Identifier: GPL-2.0-or-later
#include "log/log_output.h"

#include <sys/stat.h>
#include <unistd.h>

#include <QtGlobal>
#include <cerrno>
#include <cstdlib>

namespace fos1::host::log {

namespace {

struct Output {
    Form form = Form::Plain;
    QString prefix;
    Sink sink = nullptr;
};

Output& output() {
    static Output output;
    return output;
}

Priority priorityOf(QtMsgType type) {
    switch (type) {
        case QtDebugMsg: return Priority::Debug;
        case QtInfoMsg: return Priority::Info;
        case QtWarningMsg: return Priority::Warning;
        case QtCriticalMsg: return Priority::Error;
        case QtFatalMsg: return Priority::Critical;
    }
    return Priority::Info;
}

void handle(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    const char* category = context.category ? context.category : "default";
    write(priorityOf(type), QString::fromLatin1(category), output().prefix + text);
    if (type == QtFatalMsg) std::abort();
}

}  // namespace

Form formOfStandardError() {
    const QByteArray stream = qgetenv("JOURNAL_STREAM");
    const qsizetype colon = stream.indexOf(':');
    struct stat status {};
    if (colon < 0 || ::fstat(STDERR_FILENO, &status) != 0) return Form::Plain;
    const bool isJournal =
        stream.left(colon).toULongLong() == status.st_dev && stream.mid(colon + 1).toULongLong() == status.st_ino;
    return isJournal ? Form::Journal : Form::Plain;
}

void install(Form form, const QString& prefix, Sink sink) {
    output() = {form, prefix, sink};
    qInstallMessageHandler(handle);
}

void write(Priority priority, const QString& category, const QString& text) {
    if (const Sink sink = output().sink; sink && sink(fieldsOf(priority, category, text))) return;
    const QByteArray whole = line(output().form, priority, category, text, QDateTime::currentDateTime());
    // In one call, so that lines of several processes and threads do not mix (write(2) to a pipe or file).
    while (::write(STDERR_FILENO, whole.constData(), static_cast<std::size_t>(whole.size())) < 0 && errno == EINTR)
        ;
}

}  // namespace fos1::host::log
