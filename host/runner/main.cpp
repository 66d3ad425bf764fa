// SPDX-License-Identifier: GPL-2.0-or-later
// fos1-plugin-runner: runs one plugin. fos1-hostd starts it with one end of a socket pair.
#include <sys/socket.h>
#include <unistd.h>

#include <QCoreApplication>
#include <cstdio>
#include <exception>
#include <new>
#include <string_view>

#include "log/log_output.h"
#include "runner/guard.h"
#include "runner/runner.h"

namespace {

using namespace fos1::runner;

/// Catches exceptions that escape from a plugin's timers and slots.
class RunnerApplication : public QCoreApplication {
   public:
    using QCoreApplication::QCoreApplication;
    bool notify(QObject* receiver, QEvent* event) override {
        try {
            return QCoreApplication::notify(receiver, event);
        } catch (...) {
            const char* name = receiver->metaObject()->className();
            if (m_runner)
                m_runner->threw(QStringLiteral("an event of %1").arg(QLatin1String(name)), std::current_exception());
            throw;
        }
    }
    void setRunner(Runner* runner) { m_runner = runner; }

   private:
    Runner* m_runner = nullptr;
};

/// The file descriptor of the link, inherited from the host; -1 when the program was started by hand.
int linkOf(int argc, char** argv) {
    if ((argc != 3 && argc != 5) || std::string_view(argv[1]) != "--link") return -1;
    bool isNumber = false;
    const int fd = QByteArray(argv[2]).toInt(&isNumber);
    int type = 0;
    socklen_t length = sizeof type;
    return isNumber && fd > 2 && ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 ? fd : -1;
}

/// Enters the control group that the host has made for this process. Not before exec, where the host would wait for it.
void enterGroup(int argc, char** argv) {
    if (argc != 5 || std::string_view(argv[3]) != "--group") return;
    const int procs = QByteArray(argv[4]).toInt();
    [[maybe_unused]] const ssize_t written = ::write(procs, "0", 1);  // the host looks whether it worked
    ::close(procs);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "--guard") return guard(argv[2]);
    const int fd = linkOf(argc, argv);
    if (fd < 0) {
        std::fputs("fos1-plugin-runner is started by fos1-hostd; do not run it by hand.\n", stderr);
        return 2;
    }
    enterGroup(argc, argv);
    // The host reads these lines.
    fos1::host::log::install(fos1::host::log::Form::Journal);
    RunnerApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("fos1-plugin-runner"));
    Runner runner(fd);
    app.setRunner(&runner);
    return QCoreApplication::exec();
}
