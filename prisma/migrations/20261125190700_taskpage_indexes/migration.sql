-- How many account tasks of a task ended when, and how: answered by the index alone.
CREATE INDEX "AccountTask_taskId_finishedAt_state_idx" ON "AccountTask"("taskId", "finishedAt", "state")
  WHERE "finishedAt" IS NOT NULL;

-- What happened to tasks as a whole stands among the many events of their accounts.
CREATE INDEX "TaskEvent_taskId_id_whole_idx" ON "TaskEvent"("taskId", "id") WHERE "accountTaskId" IS NULL;
