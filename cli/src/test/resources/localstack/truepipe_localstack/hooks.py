"""What LocalStack's Step Functions refuse although a mock would answer."""

from localstack.runtime import hooks


@hooks.on_infra_start()
def allow_sync():
    """Lets `.sync` of a service that LocalStack lacks pass the check that comes before the mock is looked up."""
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (
        resource,
        state_task_service_unsupported as unsupported,
    )

    unsupported._SUPPORTED_INTEGRATION_PATTERNS.add(resource.ResourceCondition.Sync)


@hooks.on_infra_start()
def redrive_count():
    """Gives the context object `Execution.RedriveCount`, which Step Functions has and LocalStack lacks; nothing here is redriven.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
    """
    from localstack.services.stepfunctions.asl.eval.states import States

    begin = States.__init__

    def begin_with_count(self, context):
        context["Execution"].setdefault("RedriveCount", 0)
        begin(self, context)

    States.__init__ = begin_with_count
