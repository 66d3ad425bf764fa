// SPDX-License-Identifier: GPL-2.0-or-later
// A runner from before Questions/1: it lists the plugin's validator, but exits on a message that it does not know.
#include <QCoreApplication>

#include "fos1/features/validator.h"
#include "link/frame_socket.h"

using fos1::link::MessageType;

int main(int argc, char** argv) {
    QCoreApplication app(argc, argv);
    fos1::link::FrameSocket socket(QCoreApplication::arguments().value(2).toInt());
    QObject::connect(&socket, &fos1::link::FrameSocket::closed, &app, [] { QCoreApplication::exit(0); });
    QObject::connect(&socket, &fos1::link::FrameSocket::received, &app, [&](const fos1::link::Message& message) {
        switch (message.type) {
            case MessageType::Load:
                socket.send(MessageType::Loaded,
                            {QString(), QCborArray{QString::fromLatin1(fos1::IValidator::kIid)}, QCborArray()});
                break;
            case MessageType::Start:
                socket.send(MessageType::Started, {QString()});
                socket.send(MessageType::Returned, {0});
                break;
            case MessageType::Ping: socket.send(MessageType::Pong, {message.integer(0), 0}); break;
            default: QCoreApplication::exit(9);
        }
    });
    socket.send(MessageType::Hello, {fos1::link::kProtocolVersion, 1, 0});
    return QCoreApplication::exec();
}
