using System.Net.Sockets;
using System.Text;

namespace Provision.Lab;

/// <summary>Lines through a socket to which a program connects, with a time limit for each.</summary>
internal sealed class LineSocket : IDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<byte> received = [];
    private Socket? connection;

    /// <summary>Listens at a path, so that the program can be started.</summary>
    public LineSocket(string path)
    {
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
    }

    /// <summary>Sends a line.</summary>
    public void WriteLine(string line) =>
        (connection ?? throw new InvalidOperationException("nothing is connected yet")).Send(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>The next line.</summary>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    /// <exception cref="IOException">The other side is gone.</exception>
    public string ReadLine(TimeSpan limit)
    {
        var end = DateTime.UtcNow + limit;
        if (connection is null)
        {
            Wait(listener, end);
            connection = listener.Accept();
        }

        var buffer = new byte[4096];
        int newline;
        while ((newline = received.IndexOf((byte)'\n')) < 0)
        {
            Wait(connection, end);
            var count = connection.Receive(buffer);
            if (count == 0)
            {
                throw new IOException("the other side is gone");
            }

            received.AddRange(buffer.AsSpan(0, count));
        }

        var line = Encoding.UTF8.GetString([.. received[..newline]]).TrimEnd('\r');
        received.RemoveRange(0, newline + 1);
        return line;
    }

    public void Dispose()
    {
        connection?.Dispose();
        listener.Dispose();
    }

    private static void Wait(Socket socket, DateTime end)
    {
        var left = end - DateTime.UtcNow;
        if (left <= TimeSpan.Zero || !socket.Poll(left, SelectMode.SelectRead))
        {
            throw new TimeoutException("no answer in time");
        }
    }
}
