using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating;

/// <summary>Writing, with indents and the source map.</summary>
public sealed partial class TemplateContext
{
    private readonly Stack<OutputBuffer> spareBuffers = new();
    private OutputBuffer output = new();
    private string? indent;
    private bool suppressOutput;
    private Recorder? recorder;

    internal Recorder? Recorder => recorder;

    internal string? Indent
    {
        get => indent;
        set => indent = value;
    }

    internal OutputBuffer Output => output;

    /// <summary>Adds a source to whatever is made of the value now computed, such as <c>secret:imap</c>. Without a source map nothing happens.</summary>
    /// <param name="path">What was read.</param>
    public void RecordRead(string path) => recorder?.Read(path);

    /// <summary>The text of a value as the template would print it.</summary>
    /// <param name="value">Any value.</param>
    /// <returns>The text; empty for null.</returns>
    /// <exception cref="ScriptRuntimeException">The value nests deeper than <see cref="ObjectRecursionLimit"/>.</exception>
    public string ObjectToString(object? value) => value switch
    {
        null => "",
        string text => text,
        _ => Printer.Print(this, value),
    };

    /// <summary>Writes a piece of the template's own text.</summary>
    internal void WriteRaw(ReadOnlySpan<char> text, Node node)
    {
        if (suppressOutput)
        {
            return;
        }

        if (recorder is null)
        {
            Write(text);
        }
        else
        {
            var start = BeginSpan();
            Write(text);
            EndSpan(start, node, []);
        }

        CheckOutput(node);
    }

    /// <summary>Writes what an expression gave; <paramref name="mark"/> is where its reads begin.</summary>
    internal void WriteResult(object? value, Node node, int mark)
    {
        if (suppressOutput)
        {
            ReturnValue = value;
            return;
        }

        if (value is null)
        {
            return;
        }

        running = node;
        if (recorder is null)
        {
            WriteValue(value);
        }
        else
        {
            var start = BeginSpan();
            WriteValue(value);
            EndSpan(start, node, recorder.Distinct(mark));
            recorder.Truncate(mark);
        }

        CheckOutput(node);
    }

    internal void Write(ReadOnlySpan<char> text)
    {
        if (indent is null)
        {
            output.Append(text);
            return;
        }

        while (text.Length > 0)
        {
            var lineEnd = text.IndexOf('\n');
            var line = lineEnd < 0 ? text : text[..(lineEnd + 1)];
            if (output.EndsLine && (IndentOnEmptyLines || line is not ("\n" or "\r\n")))
            {
                output.Append(indent);
            }

            output.Append(line);
            text = text[line.Length..];
        }
    }

    private void WriteValue(object value)
    {
        if (value is string text)
        {
            Write(text);
            return;
        }

        if (indent is not null && output.EndsLine)
        {
            output.Append(indent);
        }

        if (value is int number)
        {
            output.Append(number);
        }
        else
        {
            Printer.Append(this, output, value);
        }
    }

    private int BeginSpan()
    {
        // The indent that the first character would bring is not part of what the node wrote.
        if (indent is not null && output.EndsLine && IndentOnEmptyLines)
        {
            var at = output.Length;
            output.Append(indent);
            return at + indent.Length;
        }

        return output.Length;
    }

    private void EndSpan(int start, Node node, string[] paths)
    {
        if (output.Length <= start)
        {
            return;
        }

        var spans = output.Spans ??= [];

        // A lazy value that is being printed can call functions that print: theirs and its text are one.
        while (spans.Count > 0 && spans[^1].Start + spans[^1].Length > start)
        {
            paths = [.. paths.Union(spans[^1].Paths, StringComparer.Ordinal)];
            start = Math.Min(start, spans[^1].Start);
            spans.RemoveAt(spans.Count - 1);
        }

        spans.Add(new SourceSpan(start, output.Length - start, node.Location, IncludeChain, paths));
    }

    /// <summary>Lets writes go to a buffer of their own until <see cref="EndCapture"/>.</summary>
    internal OutputBuffer BeginCapture()
    {
        var outer = output;
        output = spareBuffers.TryPop(out var spare) ? spare : new OutputBuffer();
        return outer;
    }

    /// <summary>Ends a capture and gives its buffer, which must be handed to <see cref="Recycle"/>.</summary>
    internal OutputBuffer EndCapture(OutputBuffer outer)
    {
        var captured = output;
        output = outer;
        return captured;
    }

    internal void Recycle(OutputBuffer buffer)
    {
        buffer.Clear();
        spareBuffers.Push(buffer);
    }

    /// <summary>Adds the sources of captured text to what is being read.</summary>
    internal void ReadSpans(OutputBuffer captured)
    {
        if (recorder is not null && captured.Spans is { } spans)
        {
            foreach (var span in spans)
            {
                foreach (var path in span.Paths)
                {
                    recorder.Read(path);
                }
            }

            recorder.ReadNothing();
        }
    }

    /// <summary>Writes captured text as if its parts were written here, each keeping its own span.</summary>
    internal void WriteCaptured(OutputBuffer captured, Node node)
    {
        if (suppressOutput)
        {
            ReturnValue = captured.ToString();
            return;
        }

        if (captured.Spans is not { } spans)
        {
            Write(captured.Span);
        }
        else
        {
            var at = 0;
            foreach (var span in spans)
            {
                Write(captured.Span[at..span.Start]);
                var start = BeginSpan();
                Write(captured.Span.Slice(span.Start, span.Length));
                if (output.Length > start)
                {
                    (output.Spans ??= []).Add(span with { Start = start, Length = output.Length - start });
                }

                at = span.Start + span.Length;
            }

            Write(captured.Span[at..]);
        }

        CheckOutput(node);
    }
}
