using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating;

/// <summary>Whole renders.</summary>
public sealed partial class TemplateContext
{
    private readonly Recorder spareRecorder = new();
    private ScriptObject? scratch;
    private bool isRendering;

    /// <summary>Runs a template into the context's buffer, which is valid until the next render.</summary>
    internal OutputBuffer RenderToBuffer(Template template)
    {
        if (isRendering)
        {
            throw new InvalidOperationException("this context is rendering already; use another one for a render within a render");
        }

        ResetRender();
        output.Clear();
        var layersBefore = layerCount;
        isRendering = true;
        if (SourceMap is not null)
        {
            recorder = spareRecorder;
            recorder.Clear();
        }

        PushScratch();
        try
        {
            template.Run(this);
            SourceMap?.Take(output.Spans ?? []);
            return output;
        }
        finally
        {
            isRendering = false;
            recorder?.Clear();
            recorder = null;
            PopLayers(layersBefore);
            ResetRender();
        }
    }

    /// <summary>Runs a template without output.</summary>
    internal object? Evaluate(Template template)
    {
        ResetRender();
        var layersBefore = layerCount;
        isRendering = true;
        suppressOutput = true;
        PushScratch();
        try
        {
            template.Run(this);
            return ReturnValue;
        }
        finally
        {
            isRendering = false;
            PopLayers(layersBefore);
            ResetRender();
        }
    }

    /// <summary>Variables of templates must not land in a model that is shared or closed.</summary>
    private void PushScratch()
    {
        if (IsStrict || CurrentGlobal is ScriptObject { IsFrozen: true } or not ScriptObject)
        {
            scratch ??= [];
            scratch.Clear();
            PushObject(scratch, "");
        }
    }

    /// <summary>Prints a value, or the message of the error it gave, and goes on.</summary>
    internal void WriteOrReport(Expression expression)
    {
        var (layersBefore, framesBefore, argumentsBefore) = (layerCount, frames.Count, argumentTop);
        try
        {
            expression.Write(this);
        }
        catch (ScriptRuntimeException error)
        {
            PopLayers(layersBefore);
            while (frames.Count > framesBefore)
            {
                ReturnFrame(frame);
                frame = frames.Pop();
            }

            argumentTop = argumentsBefore;
            WriteRaw($"[{error.OriginalMessage}]", expression);
        }
    }
}
