using System.Collections;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Runtime.Accessors;

namespace Provision.Configuration.Templates;

/// <summary>Reads members and items of lists, texts and the objects that templates create, reports each read to the recorder, and protects the model's
/// lists.</summary>
internal sealed class RecordingAccessor(IObjectAccessor members, IListAccessor? items = null) : IObjectAccessor, IListAccessor
{
    public static readonly RecordingAccessor Objects = new(ScriptObjectAccessor.Default);
    public static readonly RecordingAccessor Texts = new(StringAccessor.Default, StringAccessor.Default);
    public static readonly RecordingAccessor Lists = new(ListAccessor.Default, ListAccessor.Default);

    public bool HasIndexer => false;

    public Type? IndexType => null;

    public int GetLength(TemplateContext context, SourceSpan span, object target) => items!.GetLength(context, span, target);

    public object? GetValue(TemplateContext context, SourceSpan span, object target, int index)
    {
        var value = items!.GetValue(context, span, target, index);
        ((RenderContext)context).Recorder?.ReadItem(target, index, value);
        return value;
    }

    public void SetValue(TemplateContext context, SourceSpan span, object target, int index, object? value)
    {
        if (target is IList { IsReadOnly: true })
        {
            throw new PositionedException(span, "this list belongs to the model and cannot be changed");
        }

        items!.SetValue(context, span, target, index, value);
    }

    public int GetMemberCount(TemplateContext context, SourceSpan span, object target) => members.GetMemberCount(context, span, target);

    public IEnumerable<string> GetMembers(TemplateContext context, SourceSpan span, object target) => members.GetMembers(context, span, target);

    public bool HasMember(TemplateContext context, SourceSpan span, object target, string member) => members.HasMember(context, span, target, member);

    public bool TryGetValue(TemplateContext context, SourceSpan span, object target, string member, out object? value)
    {
        var found = members.TryGetValue(context, span, target, member, out value);
        ((RenderContext)context).Recorder?.ReadMember(target, member, value);
        return found;
    }

    public bool TrySetValue(TemplateContext context, SourceSpan span, object target, string member, object? value) =>
        target is not IScriptObject { IsReadOnly: true } && members.TrySetValue(context, span, target, member, value);

    public bool TryGetItem(TemplateContext context, SourceSpan span, object target, object index, out object? value) => throw new NotSupportedException();

    public bool TrySetItem(TemplateContext context, SourceSpan span, object target, object index, object? value) => throw new NotSupportedException();
}
