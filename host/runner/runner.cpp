// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/runner.h"

#include <unistd.h>

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QTimer>
#include <new>

#include "fos1/features/pages.h"
#include "fos1/features/previewer.h"
#include "fos1/features/spec_source.h"
#include "fos1/features/validator.h"
#include "fos1/version.h"
#include "runner/confine.h"
#include "runner/thread_names.h"

namespace fos1::runner {

using link::Message;
using link::MessageType;
using namespace std::chrono_literals;

namespace {

QStringList threadNames() {
    QStringList names;
    const QStringList tasks = QDir(QStringLiteral("/proc/self/task")).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString& task : tasks) {
        QFile name(QStringLiteral("/proc/self/task/%1/comm").arg(task));
        if (task.toLongLong() == ::getpid() || !name.open(QIODevice::ReadOnly)) continue;
        const QString text = QString::fromLocal8Bit(name.readAll().trimmed());
        if (!isQtsOwnThread(text)) names.append(text);
    }
    return names;
}

}  // namespace

Runner::Runner(int fd, QObject* parent) : QObject(parent), m_socket(fd) {
    connect(&m_socket, &link::FrameSocket::received, this, &Runner::onMessage);
    connect(&m_socket, &link::FrameSocket::closed, this, [this](const QString& why) {
        if (!why.isEmpty()) qWarning("the host sent %s", qUtf8Printable(why));
        end(m_stopTicket != 0 ? RunnerExit::Ok : RunnerExit::LinkLost);
    });
    m_socket.send(MessageType::Hello, {link::kProtocolVersion, FOS1_SDK_MAJOR, FOS1_SDK_MINOR});
    m_socket.flush();
}

Runner::~Runner() = default;

void Runner::end(RunnerExit status) {
    m_socket.waitForSent(1s);
    // Not exit(): it would run the plugin's static destructors while its threads still run, and nothing here needs
    // saving.
    ::_exit(static_cast<int>(status));
}

void Runner::threw(const QString& what, const std::exception_ptr& exception) {
    QString text = QStringLiteral("an exception that is not a std::exception");
    try {
        std::rethrow_exception(exception);
    } catch (const std::bad_alloc&) {
        end(RunnerExit::OutOfMemory);
    } catch (const std::exception& e) {
        text = QString::fromLocal8Bit(e.what());
    } catch (...) {
        // the text already says so
    }
    m_socket.send(MessageType::Threw, {what, text});
    end(RunnerExit::Threw);
}

void Runner::call(const char* what, const std::function<void()>& act) {
    QElapsedTimer timer;
    timer.start();
    try {
        act();
    } catch (...) {
        threw(QString::fromLatin1(what), std::current_exception());
    }
    m_socket.send(MessageType::Returned, {timer.nsecsElapsed() / 1000});
    m_socket.flush();
}

template <typename Feature, typename Ask>
void Runner::answerWith(const char* what, qint64 question, const Ask& ask) {
    call(what, [&] {
        auto* feature = static_cast<Feature*>(m_plugin->query(QString::fromLatin1(Feature::kIid)));
        if (feature && !m_socket.send(MessageType::Answer, {question, ask(*feature)}))
            qWarning("the answer of %s does not fit on the link", what);
    });
}

void Runner::onMessage(const Message& message) {
    const auto ticket = [&](qsizetype i) {
        const auto number = static_cast<quint64>(message.integer(i));
        m_host->expectTicket(number);
        return number;
    };
    if (!m_plugin && link::isCall(message.type)) return;
    switch (message.type) {
        case MessageType::Load: return load(message.map(0));
        case MessageType::Ping:
            m_socket.send(MessageType::Pong, {message.integer(0), m_host ? m_host->takePublishes() : 0});
            return m_socket.flush();
        case MessageType::Start:
            return call("start", [&] {
                const QString why = m_plugin->start(m_host.get());
                m_socket.send(MessageType::Started, {why});
            });
        case MessageType::SnapshotPart: {
            const QCborArray objects = message.arguments.at(0).toArray();
            for (const QCborValue& object : objects) m_snapshot.append(object);
            return;
        }
        case MessageType::Reconcile: {
            const QCborMap snapshot{{QStringLiteral("objects"), std::exchange(m_snapshot, {})}};
            return call("reconcile", [&] { m_plugin->reconcile(snapshot, ticket(0)); });
        }
        case MessageType::Validate:
            return answerWith<IValidator>("validate", message.integer(0),
                                          [&](IValidator& validator) { return validator.validate(message.map(1)); });
        case MessageType::Preview: {
            const QCborMap snapshot{{QStringLiteral("objects"), std::exchange(m_snapshot, {})}};
            return answerWith<IPreviewer>("preview", message.integer(0),
                                          [&](IPreviewer& previewer) { return previewer.preview(snapshot); });
        }
        case MessageType::Page:
            return call("page", [&] {
                auto* pages = static_cast<IPages*>(m_plugin->query(QString::fromLatin1(IPages::kIid)));
                if (pages) pages->page(message.text(1), message.text(2), static_cast<quint64>(message.integer(0)));
            });
        case MessageType::Stop: return stop(ticket(0));
        case MessageType::State: return call("onState", [&] { m_host->deliverState(message); });
        case MessageType::ObjectStatus: return call("onStatus", [&] { m_host->deliverStatus(message); });
        case MessageType::Happened: return call("onEvent", [&] { m_host->deliverEvent(message); });
        case MessageType::WriteObject:
        case MessageType::EraseObject: {
            auto* writer = static_cast<ISpecWriter*>(m_plugin->query(QString::fromLatin1(ISpecWriter::kIid)));
            const bool isWrite = message.type == MessageType::WriteObject;
            return call(isWrite ? "write" : "erase", [&] {
                if (!writer) return;
                if (isWrite)
                    writer->write(message.map(0), ticket(1));
                else
                    writer->erase(message.map(0), ticket(1));
            });
        }
        case MessageType::MergeObject: {
            auto* merger = static_cast<ISpecMerger*>(m_plugin->query(QString::fromLatin1(ISpecMerger::kIid)));
            return call("merge", [&] {
                if (merger) merger->merge(message.map(0), ticket(1));
            });
        }
        default: return;  // a late reply, or a message that only a runner sends
    }
}

void Runner::load(const QCborMap& map) {
    const auto request = link::LoadRequest::decode(map);
    const auto answer = [&](const QString& why, const QCborArray& interfaces, const QStringList& gaps) {
        m_socket.send(MessageType::Loaded, {why, interfaces, QCborArray::fromStringList(gaps)});
        m_socket.flush();
    };
    const auto confined = confine(request.confinement, {QFileInfo(request.file).absolutePath()},
                                  {request.stateDirectory, request.runtimeDirectory});
    if (!confined) {
        answer(confined.error().message, {}, {});
        end(RunnerExit::NotConfined);
    }
    // Without this check, a path that this user cannot reach would appear only as "file not found" in the loader's
    // message.
    if (::access(QFile::encodeName(request.file).constData(), R_OK) != 0) {
        answer(QStringLiteral("user %1 cannot read %2").arg(::geteuid()).arg(request.file), {}, {});
        return;
    }
    m_host = std::make_unique<RemoteHost>(m_socket, request);
    m_threadsBefore = threadNames().size();
    m_loader.setFileName(request.file);
    m_loader.setLoadHints(QLibrary::ResolveAllSymbolsHint | QLibrary::PreventUnloadHint);
    auto* root = m_loader.instance();
    m_plugin = qobject_cast<IPlugin*>(root);
    if (!m_plugin)
        return answer(
            root ? QStringLiteral("its root object does not implement " FOS1_PLUGIN_IID) : m_loader.errorString(), {},
            {});
    QCborArray interfaces;
    interfaces.append(QString::fromLatin1(link::kAnswersQuestions));
    for (const char* iid : {IValidator::kIid, IPreviewer::kIid, IPages::kIid, ISpecWriter::kIid, ISpecMerger::kIid})
        if (m_plugin->query(QString::fromLatin1(iid))) interfaces.append(QString::fromLatin1(iid));
    if (!confined->useless.isEmpty())
        m_socket.send(MessageType::UselessGrants, {QCborArray::fromStringList(confined->useless)});
    answer({}, interfaces, confined->gaps);
}

void Runner::stop(quint64 ticket) {
    m_stopTicket = ticket;
    m_host->expectStop(ticket, [this](int outcome, const QString& message) { finishStop(outcome, message, 10); });
    call("stop", [&] { m_plugin->stop(ticket); });
}

void Runner::finishStop(int outcome, const QString& message, int patience) {
    // A joined thread may remain visible here for a moment.
    const QStringList names = threadNames();
    if (names.size() > m_threadsBefore && patience > 0) {
        QTimer::singleShot(10, this, [=, this] { finishStop(outcome, message, patience - 1); });
        return;
    }
    if (names.size() > m_threadsBefore) m_socket.send(MessageType::LeftThreads, {QCborArray::fromStringList(names)});
    m_socket.send(MessageType::Complete, {static_cast<qint64>(m_stopTicket), outcome, 0, message});
    m_socket.flush();
}

}  // namespace fos1::runner
